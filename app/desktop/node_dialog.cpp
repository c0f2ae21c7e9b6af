#include "desktop/node_dialog.h"

#include "desktop/looks.h"
#include "desktop/trust_dialog.h"

#include <QCoro/QCoroFuture>
#include <QDialogButtonBox>
#include <QFile>
#include <QFileDialog>
#include <QFormLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPromise>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

#include <memory>

namespace balancer::desktop {

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;

QString shortNameOf(const QString &url)
{
    return isUnixSocket(url) ? NodeDialog::tr("This machine") : QUrl(url).authority();
}

} // namespace

NodeDialog::NodeDialog(Nodes &nodes, const QString &id, QWidget *parent)
    : QDialog(parent), m_nodes(nodes), m_name(new QLineEdit(this)), m_address(new QLineEdit(this)),
      m_keyId(new QLineEdit(this)), m_secret(new QLineEdit(this)), m_message(new QLabel(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    const NodeEntry *existing = nodes.find(id);
    setWindowTitle(existing ? tr("Edit node") : tr("Add node"));
    build();
    if (existing)
        fill(*existing);
}

void NodeDialog::build()
{
    setMinimumWidth(560);
    m_name->setObjectName(QStringLiteral("name"));
    m_address->setObjectName(QStringLiteral("address"));
    m_keyId->setObjectName(QStringLiteral("keyId"));
    m_secret->setObjectName(QStringLiteral("secret"));
    m_message->setObjectName(QStringLiteral("message"));
    m_name->setPlaceholderText(tr("as you call it"));
    m_address->setPlaceholderText(QStringLiteral("https://10.0.0.5:9999"));
    m_keyId->setPlaceholderText(tr("not needed over the unix socket"));
    m_secret->setEchoMode(QLineEdit::Password);
    m_message->setWordWrap(true);
    m_message->hide();

    auto *form = new QFormLayout;
    form->setHorizontalSpacing(14);
    form->setVerticalSpacing(10);
    form->setLabelAlignment(Qt::AlignRight);
    form->addRow(tr("&Address:"), m_address);
    form->addRow(tr("&Name:"), m_name);
    form->addRow(tr("Access &key ID:"), m_keyId);
    form->addRow(tr("&Secret:"), m_secret);
    auto *fromFile = new QPushButton(tr("&Read from a key file…"), this);
    fromFile->setAutoDefault(false);
    form->addRow(QString(), fromFile);
    auto *hint = quietLabel(tr("The secret is kept in the system's keychain, and nowhere else. Each node writes its "
                               "first key to first-key.json in its data directory."),
                            this);
    hint->setWordWrap(true);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_ok = buttons->addButton(tr("&Connect"), QDialogButtonBox::ActionRole);
    m_ok->setObjectName(QStringLiteral("connect"));
    m_ok->setDefault(true);
    m_anyway = buttons->addButton(tr("Keep it an&yway"), QDialogButtonBox::ActionRole);
    m_anyway->setObjectName(QStringLiteral("anyway"));
    m_anyway->hide();

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(22, 20, 22, 18);
    column->setSpacing(14);
    column->addWidget(labelWithLook("title", windowTitle(), this));
    column->addLayout(form);
    column->addWidget(hint);
    column->addWidget(m_message);
    column->addStretch();
    column->addWidget(buttons);

    for (auto *field : {m_name, m_address, m_keyId, m_secret})
        connect(field, &QLineEdit::textEdited, this, [this] { m_anyway->hide(); });
    connect(fromFile, &QPushButton::clicked, this, &NodeDialog::readKeyFile);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_ok, &QPushButton::clicked, this, [this] { tryOut(); });
    connect(m_anyway, &QPushButton::clicked, this, &NodeDialog::take);
    m_address->setFocus();
}

void NodeDialog::fill(const NodeEntry &entry)
{
    m_entry = entry;
    m_pinnedUrl = entry.url;
    m_name->setText(entry.name);
    m_address->setText(entry.url);
    m_keyId->setText(entry.accessKeyId);
    if (!entry.accessKeyId.isEmpty() && !m_nodes.wantsSecret(entry.id))
        m_secret->setPlaceholderText(tr("unchanged"));
}

Result<NodeEntry> NodeDialog::typedEntry() const
{
    NodeEntry entry = m_entry;
    const auto url = nodeUrl(m_address->text());
    if (!url)
        return fail(url.error());
    entry.url = *url;
    if (entry.url != m_pinnedUrl)
        entry.fingerprint.clear();
    entry.name = m_name->text().trimmed();
    if (entry.name.isEmpty())
        entry.name = shortNameOf(entry.url);
    entry.accessKeyId = m_keyId->text().trimmed();
    return entry;
}

/// What was typed, or the one there is when nothing was and the key is the same.
QString NodeDialog::secret() const
{
    const auto *session = m_nodes.model().find(m_entry.id);
    if (!m_secret->text().isEmpty() || !session || !session->entry().access.credentials)
        return m_secret->text();
    const auto &known = *session->entry().access.credentials;
    const bool sameKey = known.accessKeyId == m_keyId->text().trimmed().toStdString();
    return sameKey ? QString::fromStdString(known.secretAccessKey) : QString();
}

QCoro::Task<void> NodeDialog::tryOut()
{
    const QPointer<NodeDialog> self(this);
    auto entry = typedEntry();
    if (!entry) {
        showProblem(entry.error());
        m_address->setFocus();
        co_return;
    }
    m_entry = std::move(*entry);
    if (m_entry.url.startsWith(QLatin1String("https:"))) {
        const auto accepted = co_await acceptCertificate();
        if (!self)
            co_return;
        if (!accepted) {
            showProblem(accepted.error());
            co_return;
        }
        if (!*accepted)
            co_return;
    }
    const auto known = co_await tryKey();
    if (!self)
        co_return;
    if (known) {
        take();
        co_return;
    }
    showProblem(known.error());
    m_secret->setFocus();
}

/// False when the user declines.
QCoro::Task<Result<bool>> NodeDialog::acceptCertificate()
{
    const QPointer<NodeDialog> self(this);
    setBusy(tr("Asking %1 for its certificate …").arg(m_entry.url));
    const ports::HttpTarget target{m_entry.url.toStdString(), {}};
    const auto shown = co_await m_nodes.transport().fetchFingerprint(target, kPatience);
    if (!self)
        co_return false;
    setBusy({});
    if (!shown)
        co_return fail(shown.error());
    const QString fingerprint = QString::fromStdString(*shown);
    if (fingerprint != m_entry.fingerprint) {
        const bool trusted = co_await askTrust(fingerprint);
        if (!self || !trusted)
            co_return false;
    }
    m_entry.fingerprint = fingerprint;
    m_pinnedUrl = m_entry.url;
    co_return true;
}

QCoro::Task<bool> NodeDialog::askTrust(QString shown)
{
    auto *dialog = new TrustDialog(m_entry.name, shown, m_entry.fingerprint, this);
    dialog->open();
    // The dialog is gone soon after it has told its end.
    const auto end = std::make_shared<QPromise<bool>>();
    end->start();
    connect(dialog, &QDialog::finished, this, [end](int result) {
        end->addResult(result == QDialog::Accepted);
        end->finish();
    });
    const bool accepted = co_await end->future();
    co_return accepted;
}

QCoro::Task<Result<void>> NodeDialog::tryKey()
{
    const QPointer<NodeDialog> self(this);
    client::NodeAccess access;
    access.target = {m_entry.url.toStdString(), m_entry.fingerprint.toStdString()};
    if (!m_entry.accessKeyId.isEmpty())
        access.credentials = client::Credentials{m_entry.accessKeyId.toStdString(), secret().toStdString()};
    client::NodeClient client(m_nodes.transport(), m_nodes.clock(), access);
    setBusy(tr("Asking %1 …").arg(m_entry.url));
    const auto status = co_await client.fetchNode();
    if (self)
        setBusy({});
    if (!status)
        co_return fail(status.error());
    co_return Result<void>();
}

void NodeDialog::take()
{
    // Typed again since it was tried: only the name can be another one without a new trial.
    if (const auto entry = typedEntry())
        m_entry = *entry;
    if (m_entry.id.isEmpty())
        m_entry.id = m_nodes.add(m_entry, m_secret->text());
    else
        m_nodes.edit(m_entry, m_secret->text());
    Q_EMIT taken(m_entry.id);
    accept();
}

void NodeDialog::showProblem(const Error &error)
{
    setLook(m_message, "problem");
    m_message->setText(QString::fromStdString(error.message));
    m_message->show();
    m_anyway->setVisible(error.code != ErrorCode::InvalidInput);
}

/// An empty sentence: no longer.
void NodeDialog::setBusy(const QString &sentence)
{
    const bool busy = !sentence.isEmpty();
    for (QWidget *widget : std::initializer_list<QWidget *>{m_name, m_address, m_keyId, m_secret, m_ok})
        widget->setEnabled(!busy);
    setLook(m_message, "quiet");
    m_message->setText(sentence);
    m_message->setVisible(busy);
    m_anyway->hide();
}

void NodeDialog::readKeyFile()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("Key file"), {}, tr("Keys (*.json);;All files (*)"));
    if (path.isEmpty())
        return;
    QFile file(path);
    const auto key =
        file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.read(65536)).object() : QJsonObject();
    const QString id = key.value(QLatin1String("AccessKeyId")).toString();
    if (id.isEmpty()) {
        showProblem({ErrorCode::InvalidInput, path.toStdString() + " holds no AccessKeyId and SecretAccessKey"});
        return;
    }
    m_keyId->setText(id);
    m_secret->setText(key.value(QLatin1String("SecretAccessKey")).toString());
}

} // namespace balancer::desktop
