#include "wire/json_text.h"

#include "wire/utf8.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace balancer::wire {

namespace {

using Json = nlohmann::json;

/// Builds nodes from the parser's events, so that a hostile text is refused before it has taken memory.
class NodeBuilder final : public nlohmann::json_sax<Json>
{
public:
    explicit NodeBuilder(const JsonLimits &limits) : m_limits(limits) {}

    bool null() override { return add(Node{}); }
    bool boolean(bool value) override { return add(scalar(Node::Kind::Flag, value ? "true" : "false")); }
    bool number_integer(number_integer_t value) override { return addNumber(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return addNumber(std::to_string(value)); }
    bool number_float(number_float_t, const string_t &written) override { return addNumber(written); }
    bool string(string_t &value) override { return add(scalar(Node::Kind::Text, std::move(value))); }
    bool binary(binary_t &) override { return refuse("binary data"); }
    bool start_object(std::size_t) override { return open(Node::Kind::Struct); }
    bool start_array(std::size_t) override { return open(Node::Kind::List); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t &name) override
    {
        m_open.back().key = std::move(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string &, const nlohmann::detail::exception &) override
    {
        return refuse("byte " + std::to_string(position) + " is not what JSON has there");
    }

    Node takeRoot() { return std::move(m_root); }
    const std::string &problem() const { return m_problem; }

private:
    struct Open
    {
        Node node;
        std::string key;
    };

    static Node scalar(Node::Kind kind, std::string text) { return Node{kind, std::move(text), {}}; }
    bool addNumber(std::string text) { return add(scalar(Node::Kind::Number, std::move(text))); }

    bool add(Node node)
    {
        if (++m_count > m_limits.nodes)
            return refuse("it has more than " + std::to_string(m_limits.nodes) + " values");
        return place(std::move(node));
    }

    bool place(Node node)
    {
        if (m_open.empty())
            m_root = std::move(node);
        else
            m_open.back().node.children.push_back(Member{std::move(m_open.back().key), std::move(node)});
        return true;
    }

    bool open(Node::Kind kind)
    {
        if (++m_count > m_limits.nodes || m_open.size() >= m_limits.depth)
            return refuse("it is nested too deeply or has too many values");
        m_open.push_back(Open{Node{kind, {}, {}}, {}});
        return true;
    }

    bool close()
    {
        auto done = std::move(m_open.back().node);
        m_open.pop_back();
        return place(std::move(done));
    }

    bool refuse(std::string problem)
    {
        m_problem = std::move(problem);
        return false;
    }

    const JsonLimits m_limits;
    std::size_t m_count = 0;
    std::vector<Open> m_open;
    Node m_root;
    std::string m_problem;
};

void appendEscaped(std::string &json, char c)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
        (json += '\\') += c;
    else if (byte < 0x20)
        ((json += "\\u00") += kHex[byte >> 4]) += kHex[byte & 0xf];
    else
        json += c;
}

/// Most texts are; they need no second look.
bool isSimple(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

void appendString(std::string &json, std::string_view text)
{
    json += '"';
    if (isSimple(text)) {
        json += text;
    } else {
        for (const char c : validUtf8(text))
            appendEscaped(json, c);
    }
    json += '"';
}

void append(std::string &json, const Node &node);

void appendChildren(std::string &json, const Node &node, bool named)
{
    bool first = true;
    for (const auto &child : node.children) {
        if (!std::exchange(first, false))
            json += ',';
        if (named) {
            appendString(json, child.name);
            json += ':';
        }
        append(json, child.value);
    }
}

void append(std::string &json, const Node &node)
{
    switch (node.kind) {
    case Node::Kind::Null:
        json += "null";
        return;
    case Node::Kind::Number:
    case Node::Kind::Flag:
        json += node.text;
        return;
    case Node::Kind::Text:
    case Node::Kind::Form:
        appendString(json, node.text);
        return;
    case Node::Kind::List:
        json += '[';
        appendChildren(json, node, false);
        json += ']';
        return;
    case Node::Kind::Struct:
        json += '{';
        appendChildren(json, node, true);
        json += '}';
        return;
    }
}

} // namespace

Result<Node> parseJson(std::string_view text, const JsonLimits &limits)
{
    NodeBuilder builder(limits);
    // The library reports wrong text to the builder; exceptions remain for its own limits (a number like 1e999).
    try {
        if (Json::sax_parse(text.begin(), text.end(), &builder))
            return builder.takeRoot();
    } catch (const std::exception &e) {
        return fail(ErrorCode::MalformedRequest, "This is not valid JSON: " + legalText(e.what()));
    }
    return fail(ErrorCode::MalformedRequest, "This is not valid JSON: " + builder.problem());
}

std::string renderJson(const Node &node)
{
    std::string json;
    append(json, node);
    return json;
}

} // namespace balancer::wire
