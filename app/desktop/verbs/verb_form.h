#pragma once

#include "desktop/verbs/prepared_verb.h"

#include <QStringList>
#include <QWidget>

#include <vector>

class QFormLayout;
class QLabel;

namespace balancer::desktop {

/// What a verb needs, as fields. Keeps what was typed whatever happens; says which field an error is about.
class VerbForm : public QWidget
{
    Q_OBJECT

public:
    explicit VerbForm(QWidget *parent = nullptr);

    virtual QString title() const = 0;
    /// One sentence under the title.
    virtual QString explanation() const { return {}; }
    /// What the button says that carries it out.
    virtual QString applyText() const = 0;
    virtual bool isDestructive() const { return false; }

    /// The verb, if every field is right. Otherwise the first wrong field is shown and focused, and the error says why.
    virtual Result<PreparedVerb> prepare() = 0;

    /// Shows the sentence at the field whose words are in it, and focuses that. False when it names none.
    bool showAtField(const QString &sentence);
    void clearProblems();
    bool showsProblem() const;

Q_SIGNALS:
    void edited();

protected:
    /// `words`: how the API calls what is in there, such as "LoadBalancerName".
    void addField(const QString &label, QWidget *editor, QStringList words, const QString &hint = {});
    void addLine(QWidget *widget);
    /// For prepare().
    tl::unexpected<Error> failAt(QWidget *editor, Error error);

private:
    struct Field
    {
        QWidget *editor;
        QLabel *problem;
        QStringList words;
    };

    void show(const Field &field, const QString &sentence);

    QFormLayout *m_layout;
    std::vector<Field> m_fields;
};

} // namespace balancer::desktop
