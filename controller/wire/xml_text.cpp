#include "wire/xml_text.h"

#include "wire/utf8.h"

#include <algorithm>

namespace balancer::wire {

namespace {

std::string_view entityFor(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    case '\r':
        return "&#13;"; // as it is, XML readers would make a line feed of it
    default:
        return {};
    }
}

/// Most texts are; they need no second look.
bool isSimple(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && entityFor(c).empty(); });
}

} // namespace

void appendXmlText(std::string &xml, std::string_view text)
{
    if (isSimple(text)) {
        xml += text;
        return;
    }
    for (const char c : legalText(text)) {
        const auto entity = entityFor(c);
        if (entity.empty())
            xml += c;
        else
            xml += entity;
    }
}

void appendXml(std::string &xml, std::string_view name, const Node &node, std::string_view item)
{
    if (node.text.empty() && node.children.empty()) {
        ((xml += '<') += name) += "/>";
        return;
    }
    ((xml += '<') += name) += '>';
    appendXmlText(xml, node.text);
    for (const auto &child : node.children)
        appendXml(xml, child.name.empty() ? item : std::string_view(child.name), child.value, item);
    ((xml += "</") += name) += '>';
}

} // namespace balancer::wire
