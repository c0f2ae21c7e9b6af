#pragma once

#include "wire/fields.h"
#include "wire/schema.h"
#include "wire/verb_forms.h"

#include <tuple>

/// How verb_forms.h does what it says, for the files that have the tables of verbs. Each ends with
/// `template struct VerbForms<Request>;` for each of its verbs.
namespace balancer::wire {

template <>
struct Table<model::EmptyAnswer>
{
    static constexpr std::tuple<> kFields{};
};

template <typename Request>
Result<Request> readRequest(const Node &node)
{
    Request request;
    if (const auto ok = read(request, node, Path{}, Reading::Request); !ok)
        return fail(ok.error());
    return request;
}

template <typename Answer>
Result<Answer> readAnswer(const Node &node)
{
    Answer answer;
    if (const auto ok = read(answer, node, Path{}, Reading::Data); !ok)
        return fail(ErrorCode::Corrupt, "the node's answer cannot be read: " + ok.error().message);
    return answer;
}

template <typename Request>
Node describeRequest(SchemaSet &set)
{
    return schemaFor<Request>(set, Direction::Request);
}

template <typename Answer>
Node describeAnswer(SchemaSet &set)
{
    return schemaFor<Answer>(set, Direction::Answer);
}

template <typename T>
Node writeForm(const T &value)
{
    return write(value);
}

/// Makes all of these for one verb, so that others need only their declarations.
template <typename Request>
struct VerbForms
{
    using Answer = typename Request::Answer;

    static constexpr std::tuple kFunctions{&readRequest<Request>, &writeForm<Request>, &describeRequest<Request>,
                                           &readAnswer<Answer>,   &writeForm<Answer>,  &describeAnswer<Answer>};
};

} // namespace balancer::wire
