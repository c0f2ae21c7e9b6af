"""No temporaries inside co_await, which GCC 12 destroys wrongly; and the scanner for them finds and spares what it should."""

import pytest

from await_hygiene import violations
from sources import ROOT, cpp_files, read_text


def test_the_program_creates_no_temporaries_inside_co_await():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in cpp_files()
        for line, what in violations(read_text(path))
    ]
    assert not found, "\n" + "\n".join(found)


def inside_function(statements):
    return "Task<void> Thing::run(int a)\n{\n" + statements + "\n}\n"


@pytest.mark.parametrize("statements", [
    "auto rows = co_await run([name] { return select(name); });",
    "auto rows = co_await run(\n    [name] {\n        return select(name);\n    });",
    "auto id = co_await m_store.insert(Row{.name = name});",
    "co_await m_store.insert({1, 2});",
    "auto id = co_await (local ? loadHere() : loadThere());",
    "auto id = co_await load(local ? 1 : 2);",
    "co_return Row{co_await name()};",
    "const Row row{co_await name()};",
    "call(Row{}, co_await name());",
    "if (!co_await load(Row{1})) {\n    return;\n}",
    "while (co_await next(a ? b : c))\n    ++a;",
    "for (const auto &row : co_await rows(Filter{}))\n    use(row);",
    "const auto x = local ? co_await here() : co_await there();",
    "if (a)\n    co_await load(Row{1});",
    "else co_await load(Row{1});",
    "case 3: co_await load(Row{1});",
    "case 3: x = a ? b : co_await load();",
    "x = rows[index[1]] + co_await load(Row{});",
    "co_await run([] { return 1; }, x);",
    "first();\n// a comment; with { and ?\nco_await load(\"text\", Row{});",
    "x = co_await load(R\"(a { b ? )\") + sum({1});",
    "co_return m_value;",
    "co_return known->second;",
    "co_return change.registering;",
    "co_return *m_value;",
])
def test_a_temporary_is_found(statements):
    assert violations(inside_function(statements)) != []


@pytest.mark.parametrize("statements", [
    "const auto stored = co_await m_store.load(request.name);",
    "auto query = [name] { return select(name); };\nauto rows = co_await run(query);",
    "const Row row{.name = name};\nauto id = co_await m_store.insert(row);",
    "auto task = local ? here() : there();\nco_await std::move(task);",
    "if (const auto saved = co_await save(row); !saved) {\n    co_return fail(saved.error());\n}",
    "if (!co_await load()) { x = Row{}; }",
    "while (co_await next())\n{\n    use(Row{});\n}",
    "for (int i = 0; i < 3; ++i) {\n    co_await load(i);\n}",
    "if (x == Row{})\n    co_await load();",
    "if constexpr (requires { a(); })\n    co_await load();",
    "auto [row, revision] = co_await load();",
    "auto &[row, revision] = co_await load();",
    "auto &&[row, revision] = co_await load();",
    "[[maybe_unused]] const auto x = co_await load(rows[0], rows[f(1)]);",
    "const auto x = co_await load(\"{ ? } [&] {\", '{', 1'000'000); // { ? }",
    "co_await load(/* Row{} */ row);",
    "co_await load(R\"x({ ? )\" [] {)x\");",
    "#define MADE Row{}\nco_await load(row);",
    "const auto x = a ? b : c;\nco_await load(x);",
    "Row row{1};\nco_await load(row);",
    "switch (a) {\ncase 1:\n    co_await load();\n    break;\ndefault:\n    co_await load();\n}",
    "try {\n    co_await load();\n} catch (...) {\n}",
    "switch (a) {\ncase Kind::Local: co_await load();\n}",
    "x = rows[index[1]] + co_await load(rows[index[2]]);",
    "co_await std::vector<int>(3, 1);",
    "co_await load();\nRow{}.use();",
    "Row{}.use();\nco_await load();",
    "struct Local\n{\n    int a = 0;\n};\nco_await load();",
    "const auto run = [this](int a) -> Task<Result<int>> { co_return co_await load(a); };",
    "const auto run = [this](int a) { auto x = Row{}; co_await load(a); };",
    "auto copy = m_value;\nco_return copy;",
    "co_return fail(saved.error());",
    "co_return std::string(m_value);",
    "co_return m_value.size() + 1;",
    "co_return m_value.text();",
    "co_return;",
])
def test_what_is_harmless_is_spared(statements):
    assert violations(inside_function(statements)) == []


def test_the_line_of_the_co_await_is_named():
    text = inside_function("first();\nauto id =\n    co_await insert(Row{});")
    assert [line for line, _ in violations(text)] == [5]


def test_several_in_one_file_are_all_found():
    text = inside_function("co_await a({});\nco_await b();\nco_await c(d ? e : f);")
    assert [line for line, _ in violations(text)] == [3, 5]
