#include "desktop/trust_dialog.h"

#include "desktop/looks.h"
#include "desktop/node_registry.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace balancer::desktop {

namespace {

/// 32 pairs in two lines of 16, to be compared by eye.
QLabel *fingerprintLabel(const QString &fingerprint, const QString &name, QWidget *parent)
{
    const QString text = readableFingerprint(fingerprint);
    constexpr qsizetype kHalf = 16 * 3;
    auto *label = new QLabel(text.left(kHalf - 1) + u'\n' + text.mid(kHalf), parent);
    label->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setObjectName(name);
    label->setContentsMargins(12, 4, 0, 6);
    return label;
}

} // namespace

TrustDialog::TrustDialog(const QString &node, const QString &shown, const QString &pinned, QWidget *parent)
    : QDialog(parent)
{
    const bool first = pinned.isEmpty();
    const QString title = first ? tr("Is this %1?").arg(node) : tr("%1 shows another certificate").arg(node);
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);

    auto *explanation = quietLabel(
        first ? tr("This is the first contact with it. Compare the fingerprint with what the node printed at its first "
                   "start; it is also in its log. From now on nothing else is accepted.")
              : tr("Either its certificate was made anew, or somebody stands in between. Nothing is sent to it until "
                   "you accept the new one. Compare its fingerprint with the node's log first."),
        this);
    explanation->setWordWrap(true);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(22, 20, 22, 18);
    column->setSpacing(10);
    column->addWidget(labelWithLook("title", title, this));
    column->addWidget(explanation);
    if (!first) {
        column->addWidget(labelWithLook("heading", tr("Accepted before"), this));
        column->addWidget(fingerprintLabel(pinned, QStringLiteral("pinned"), this));
    }
    column->addWidget(labelWithLook("heading", first ? tr("SHA-256 of its certificate") : tr("Shown now"), this));
    column->addWidget(fingerprintLabel(shown, QStringLiteral("shown"), this));

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    auto *accepted =
        buttons->addButton(first ? tr("&Accept") : tr("&Accept the new one"), QDialogButtonBox::AcceptRole);
    accepted->setObjectName(QStringLiteral("accept"));
    // Saying yes has to be meant.
    buttons->button(QDialogButtonBox::Cancel)->setDefault(true);
    buttons->button(QDialogButtonBox::Cancel)->setFocus();
    column->addStretch();
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

} // namespace balancer::desktop
