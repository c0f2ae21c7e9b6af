"""What holds for every file: no trace of one machine, headers guarded, files of a length one can read."""

import re

import pytest

from sources import ROOT, cpp_files, read_text, repository_files

LONGEST_CPP_FILE = 600
LONGEST_TEST = 1200  # a list of facts about one class

# A home directory, or the address of a package registry. The names are split so that this file does not find itself.
MACHINE = re.compile(
    r"(?<![\w.-])/(?:ho" r"me|Us" r"ers)/[A-Za-z_][\w.-]*/"
    r"|[A-Z]:\\Us" r"ers\\"
    r"|https?://[\w.:@-]*(?:registry|artifact|nexus|pypi|pythonhosted|npmjs|crates|proxy\.golang|snapshot\.debian"
    r"|(?:deb|ftp|security)\.debian|archive\.ubuntu|conan|vcpkg)[\w-]*\.[\w.-]+",
    re.IGNORECASE,
)


def traces_of_a_machine(text):
    return [match.group(0) for match in MACHINE.finditer(text)]


def test_no_file_names_a_home_directory_or_a_package_registry():
    found = {path.relative_to(ROOT): traces_of_a_machine(read_text(path)) for path in repository_files()}
    assert {path: traces for path, traces in found.items() if traces} == {}


def test_no_file_names_the_folder_this_clone_lies_in():
    own = str(ROOT)
    if own.count("/") < 2:
        return  # a name such as /src says nothing about a machine
    place = re.compile(re.escape(own) + r"(?![\w.-])")
    assert [path.relative_to(ROOT) for path in repository_files() if place.search(read_text(path))] == []


@pytest.mark.parametrize("text", [
    "/ho" "me/alice/project",
    "cd '/Us" "ers/alice/x'",
    "C:\\Us" "ers\\alice",
    "https://regi" "stry.example.org/x",
    "http://deb.deb" "ian.org/debian",
    "https://files.pytho" "nhosted.org/x",
    "https://europe-npm.arti" "factory.example/x",
])
def test_a_trace_of_a_machine_is_found(text):
    assert traces_of_a_machine(f"see {text} there") != []


@pytest.mark.parametrize("text", [
    "/var/lib/elastic-haproxy/state.db",
    "ProtectHome=yes, $HOME/.local/state",
    "http://127.0.0.1:9999/readyz",
    "https://example.com/home/alice/x",
    "unix:///var/run/docker.sock",
])
def test_what_every_machine_has_is_spared(text):
    assert traces_of_a_machine(text) == []


def test_every_header_is_guarded_by_pragma_once():
    headers = [path for path in cpp_files() if path.suffix == ".h"]
    assert [path.relative_to(ROOT) for path in headers if "#pragma once" not in read_text(path).split("\n")] == []


def test_no_cpp_file_is_too_long_to_read():
    lengths = {str(path.relative_to(ROOT)): read_text(path).count("\n") for path in cpp_files()}
    limits = {path: LONGEST_TEST if path.startswith("tests/") else LONGEST_CPP_FILE for path in lengths}
    assert {path: length for path, length in lengths.items() if length > limits[path]} == {}


def dead_links(text, folder):
    links = re.findall(r"\]\(([^)#\s]+)", text)
    return [link for link in links if "://" not in link and not (folder / link).exists()]


def test_every_link_between_documents_leads_somewhere():
    documents = [path for path in repository_files() if path.suffix == ".md"]
    found = {path.relative_to(ROOT): dead_links(read_text(path), path.parent) for path in documents}
    assert {path: links for path, links in found.items() if links} == {}


def test_a_dead_link_is_found(tmp_path):
    (tmp_path / "there.md").touch()
    assert dead_links("[a](there.md) [b](there.md#part) [c](gone.md) [d](https://example.com/x)", tmp_path) == ["gone.md"]
