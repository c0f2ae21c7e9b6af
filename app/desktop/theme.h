#pragma once

#include <QColor>
#include <QDBusVariant>
#include <QObject>

namespace balancer::desktop {

enum class Scheme { Light, Dark };

/// What the window's colours mean. QML reads them by name.
struct Colors
{
    Q_GADGET
    Q_PROPERTY(QColor window MEMBER window)
    Q_PROPERTY(QColor surface MEMBER surface)
    Q_PROPERTY(QColor border MEMBER border)
    Q_PROPERTY(QColor text MEMBER text)
    Q_PROPERTY(QColor quiet MEMBER quiet)
    Q_PROPERTY(QColor accent MEMBER accent)
    Q_PROPERTY(QColor good MEMBER good)
    Q_PROPERTY(QColor bad MEMBER bad)
    Q_PROPERTY(QColor waiting MEMBER waiting)

public:
    QColor window;
    QColor surface; ///< of lists, fields and tiles
    QColor border;
    QColor text;
    QColor quiet; ///< text of second rank; still readable on `window` and `surface`
    QColor accent;
    QColor good;    ///< InService, live
    QColor bad;     ///< OutOfService, unreachable, an error
    QColor waiting; ///< Unknown, connecting, a warning
    QColor added;   ///< background of a line that comes
    QColor removed; ///< background of a line that goes
};

/// The colours of the whole program: as the system's, and changing with it, unless one was asked for.
class Theme : public QObject
{
    Q_OBJECT
    Q_PROPERTY(balancer::desktop::Colors colors READ colors NOTIFY changed)

public:
    /// Takes effect on the QApplication at once. `wanted` is "light", "dark" or empty.
    explicit Theme(const QString &wanted, QObject *parent = nullptr);

    Scheme scheme() const { return m_scheme; }
    const Colors &colors() const { return m_colors; }
    void setScheme(Scheme scheme);

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    /// The desktop's settings portal: "org.freedesktop.appearance", "color-scheme", 1 for dark.
    void takeSetting(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void followPortal();

    Scheme m_scheme = Scheme::Light;
    Colors m_colors;
};

const Colors &colorsOf(Scheme scheme);

} // namespace balancer::desktop
