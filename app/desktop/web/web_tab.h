#pragma once

#include <QByteArray>
#include <QColor>
#include <QUrl>

#include <functional>

class QWidget;

namespace balancer::desktop {

/// The page of one node.
struct WebTarget
{
    QUrl page;           ///< nothing outside its origin is shown
    QString fingerprint; ///< https: SHA-256, in small hexadecimal digits, of the only certificate that is accepted
    QByteArray cookie;   ///< "name=value" of a session there; a secret
};

/// A browser locked to one node. It comes out of a module of its own, because its library is large; plain virtual
/// functions are all that the two modules share.
class WebTab
{
public:
    virtual ~WebTab() = default;

    /// Belongs to the tab and is deleted with it, unless its parent was first.
    virtual QWidget *widget() = 0;
    /// Forgets what it showed before, the session too.
    virtual void open(const WebTarget &target) = 0;
    /// Another session for the page that is open, which goes on where it was. Nothing happens if somebody has signed in
    /// or out on the page itself.
    virtual void renewSession(const QByteArray &cookie) = 0;
    virtual void setBackground(const QColor &color) = 0;

    /// Called with a sentence when the page cannot be shown.
    std::function<void(const QString &)> onFailed;
    std::function<void()> onShown;
    /// Called when the node ended the session that `open` or `renewSession` brought.
    std::function<void()> onSessionEnded;
};

/// What the module exports, as kWebTabSymbol.
using MakeWebTab = WebTab *(*)(QWidget *parent);
constexpr const char *kWebTabSymbol = "elasticHaproxyWebTab";
constexpr const char *kWebTabModule = "elastic-haproxy-web.so"; ///< beside the desktop module

} // namespace balancer::desktop
