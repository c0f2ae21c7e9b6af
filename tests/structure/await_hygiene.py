"""Finds what coroutines do wrong without a word of the compiler's.

GCC 12 destroys certain temporaries wrongly: braces, lambdas and ?: in a statement that holds a co_await. And QCoro 0.8
moves out of whatever is named after co_return, which empties a member.

The statement is read as the compiler reads it, over several lines, without comments and literals. Stricter than the
compiler's fault is wide: naming the value in a line of its own is always possible and never worse.
"""

import re

from sources import code_only

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w'.]*|->|::|&&|\|\||\"\"|\S")
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {close: open_ for open_, close in _OPENING.items()}
_CONTROL = {"if", "while", "for", "switch"}
# After these a `[` begins a lambda and not an index.
_BEFORE_LAMBDA = {"(", ",", "=", "return", "co_return", "co_await", "co_yield", "{", "}", ";", "&&", "||", "!", "?", ":"}


class _Code:
    def __init__(self, text):
        self.tokens, self.lines = [], []
        for number, line in enumerate(code_only(text).split("\n"), start=1):
            for token in _TOKEN.findall(line):
                self.tokens.append(token)
                self.lines.append(number)
        self.partner = self._pair()

    def _pair(self):
        partner, stack = {}, []
        for index, token in enumerate(self.tokens):
            if token in _OPENING:
                stack.append(index)
            elif token in _CLOSING and stack and self.tokens[stack[-1]] == _CLOSING[token]:
                partner[index] = stack.pop()
                partner[partner[index]] = index
        return partner

    def at(self, index):
        return self.tokens[index] if 0 <= index < len(self.tokens) else ""

    def opens_block(self, index):
        """Whether the `{` at `index` begins statements rather than a list of values."""
        before = self.at(index - 1)
        if before in {")", "}", "{", ";", ":", "else", "do", "try", "const", "noexcept", "override", "final", "mutable", ""}:
            return True
        # A return type may stand between the parameters and the body: -> Task<void> {
        while index > 0 and re.fullmatch(r"[\w<>:,&*]|::|&&|\w+", self.at(index - 1)):
            index -= 1
        return self.at(index - 1) == "->"

    def statement_around(self, index):
        """First and last index of the statement, or of the condition in parentheses, that the token belongs to."""
        first = index
        while first > 0:
            token = self.at(first - 1)
            if token in {";", "else", "do"} or (token == ":" and self._ends_label(first - 1)):
                break
            if token in _CLOSING and first - 1 in self.partner:
                opening = self.partner[first - 1]
                if token == ")" and self._is_control(opening):
                    break
                if token == "}" and self.opens_block(opening):
                    # The end of a block before this statement, or a lambda's body inside it.
                    if not self._closes_lambda(opening):
                        break
                first = opening
                continue
            if token == "(" and self._is_control(first - 1):
                return first, self.partner.get(first - 1, len(self.tokens)) - 1
            if token == "{" and self.opens_block(first - 1):
                break
            first -= 1
        last = index
        while last + 1 < len(self.tokens) and self.at(last + 1) != ";":
            if self.at(last + 1) == "}" and self.partner.get(last + 1, -1) < first:
                break
            last = self.partner[last + 1] if self.at(last + 1) in _OPENING and last + 1 in self.partner else last + 1
        return first, last

    def _is_control(self, opening):
        return self.at(opening - 1) in _CONTROL or (self.at(opening - 1) == "constexpr" and self.at(opening - 2) == "if")

    def _ends_label(self, colon):
        index = colon - 1
        while re.fullmatch(r"\w[\w'.]*|::|[()-]", self.at(index)) and self.at(index) not in {"case", "default"}:
            index -= 1
        return self.at(index) in {"case", "default"}

    def _closes_lambda(self, opening):
        """Whether the block that begins at `opening` is a lambda's body: ...](...) {"""
        index = opening - 1
        while index > 0 and self.at(index) not in {")", "]", ";", "{", "}"}:
            index -= 1
        if self.at(index) == ")" and index in self.partner:
            index = self.partner[index] - 1
        return self.at(index) == "]" and index in self.partner and self.is_lambda(self.partner[index])

    def is_lambda(self, index):
        if self.at(index) != "[" or self.at(index + 1) == "[":  # [[attribute]]
            return False
        if self.at(index - 1) in {"&", "&&"} and self.at(index - 2) == "auto":  # auto &[a, b]
            return False
        return self.at(index - 1) in _BEFORE_LAMBDA


def _returned_member(code, index):
    """The member that the co_return at `index` names and nothing else, or nothing."""
    end = index + 1
    while code.at(end) not in {";", ""}:
        end += 1
    words = code.tokens[index + 1:end]
    is_path = all(re.fullmatch(r"[A-Za-z_]\w*|\.|->|\*", word) for word in words)
    is_member = any(word in {".", "->"} or word.startswith("m_") for word in words)
    return "".join(words) if words and is_path and is_member else ""


def violations(text):
    """(line, what) for every co_await whose statement creates what it should not, and every co_return of a member."""
    code = _Code(text)
    found = []
    for index, token in enumerate(code.tokens):
        if token == "co_return" and (member := _returned_member(code, index)):
            found.append((code.lines[index], f"co_return moves out of {member}: copy it first, then return the copy"))
        if token != "co_await":
            continue
        first, last = code.statement_around(index)
        inside = range(first, last + 1)
        # Whatever belongs to another statement, in the body of a lambda here, is that statement's matter; the lambda is not.
        if any(code.is_lambda(i) for i in inside):
            what = "a lambda"
        elif any(code.tokens[i] == "{" for i in inside):
            what = "braces"
        elif any(code.tokens[i] == "?" for i in inside):
            what = "?:"
        else:
            continue
        found.append((code.lines[index], f"{what} in a statement with co_await: name it first, then wait"))
    return found
