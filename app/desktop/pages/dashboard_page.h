#pragma once

#include "desktop/theme.h"
#include "desktop/web/web_tab.h"
#include "models/node_session.h"

#include <QWidget>

#include <memory>

class QLabel;
class QPushButton;
class QStackedLayout;

namespace balancer::desktop {

/// The dashboard that any browser gets from the node, signed in as the key of this window. The browser is loaded when
/// the page is first shown; where there is nothing to show it says why.
class DashboardPage : public QWidget
{
    Q_OBJECT

public:
    /// Both live longer.
    DashboardPage(models::NodeSession &session, const Theme &theme, QWidget *parent = nullptr);
    ~DashboardPage() override;

    /// Signs in anew and loads the page.
    void reload();

protected:
    void showEvent(QShowEvent *event) override;

private:
    QCoro::Task<void> open();
    /// The page goes on with another session, where the node ended the one it had.
    QCoro::Task<void> renewSession();
    /// Where the node's page is: its own address, or over a unix socket its first address on this machine.
    Result<WebTarget> target() const;
    Result<void> loadBrowser();
    void showMessage(const QString &sentence);

    models::NodeSession &m_session;
    const Theme &m_theme;
    bool m_opening = false;
    bool m_open = false;
    client::NodeAccess m_shown; ///< whose page it is
    QStackedLayout *m_stack;
    QLabel *m_message;
    std::unique_ptr<WebTab> m_tab;
};

/// The folder with this program's modules.
QString moduleFolder();

} // namespace balancer::desktop
