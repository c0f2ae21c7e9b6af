#include "desktop/banner.h"

#include "desktop/icons.h"
#include "desktop/looks.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace balancer::desktop {

Banner::Banner(QWidget *parent) : QFrame(parent), m_sentence(new QLabel(this)), m_button(new QPushButton(this))
{
    setProperty("look", QLatin1String("banner"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sentence->setObjectName(QStringLiteral("bannerSentence"));
    m_button->setObjectName(QStringLiteral("bannerAction"));
    auto *mark = new QLabel(this);
    mark->setPixmap(themedIcon(QStringLiteral("warning")).pixmap(20, 20));
    auto *line = new QHBoxLayout(this);
    line->setContentsMargins(16, 10, 16, 10);
    line->setSpacing(12);
    line->addWidget(mark, 0, Qt::AlignTop);
    line->addWidget(m_sentence, 1);
    line->addWidget(m_button, 0, Qt::AlignTop);
    connect(m_button, &QPushButton::clicked, this, &Banner::actionRequested);
    hide();
}

void Banner::show(const QString &sentence, const QString &action)
{
    m_sentence->setText(sentence);
    m_button->setText(action);
    m_button->setVisible(!action.isEmpty());
    QFrame::show();
}

} // namespace balancer::desktop
