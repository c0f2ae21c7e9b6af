#pragma once

#include <string>
#include <string_view>
#include <vector>

/// HAProxy's configuration as HAProxy reads it (its manual, 2.2 "Quoting and escaping"), written from the manual and
/// not from what we render: so a test sees what our text comes to.
namespace balancer::tests {

using Words = std::vector<std::string>;

class LineReader
{
public:
    explicit LineReader(std::string_view line) : m_line(line) {}

    /// The words of the line; a comment is the last one, with its "#". A variable's place is "<NAME>".
    Words read()
    {
        while (m_at < m_line.size())
            step();
        endWord();
        return m_words;
    }

private:
    void step()
    {
        const char c = m_line[m_at++];
        if (m_quote == '\'' || (m_quote == '"' && c == '"')) {
            takeQuoted(c);
        } else if (c == '\\' && m_at < m_line.size()) {
            take(m_line[m_at++]);
        } else if (c == '"' || c == '\'') {
            take(m_quote == '"' ? std::string(1, c) : std::string());
            m_quote = m_quote == '"' ? m_quote : c;
        } else if (c == '$' && m_quote == '"') {
            take("<variable>");
        } else if (m_quote == 0 && c == '#') {
            endWord();
            m_words.push_back("#" + std::string(m_line.substr(m_at)));
            m_at = m_line.size();
        } else if (m_quote == 0 && (c == ' ' || c == '\t')) {
            endWord();
        } else {
            take(c);
        }
    }

    void takeQuoted(char c)
    {
        if (c == m_quote)
            m_quote = 0;
        else
            take(c);
    }

    void take(char c) { take(std::string(1, c)); }
    void take(const std::string &text)
    {
        m_word += text;
        m_isWord = true;
    }
    void endWord()
    {
        if (m_isWord)
            m_words.push_back(m_word);
        m_word.clear();
        m_isWord = false;
    }

    std::string_view m_line;
    std::size_t m_at = 0;
    char m_quote = 0;
    bool m_isWord = false;
    std::string m_word;
    Words m_words;
};

/// Line by line, without empty ones. An indented line begins with the word "".
inline std::vector<Words> readLines(std::string_view text)
{
    std::vector<Words> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        auto words = LineReader(line).read();
        if (words.empty())
            continue;
        if (line.front() == ' ')
            words.insert(words.begin(), std::string());
        lines.push_back(std::move(words));
    }
    return lines;
}

} // namespace balancer::tests
