"""Words of a Dockerfile, filled in as BuildKit fills them in; the cases follow its own tests of its lexer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.images.expansion import NotReadError, expanded, heredoc_name, quoted_words, raw_words

VALUES = {"PWD": "/home", "NULL": "", "V": "3.13.1", "X": "xxyy", "STARS": "a***yy*", "PATH": "/foo*/*/*.txt"}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("hello", "hello"),
        ("he'll'o", "hello"),
        (r"he\'llo", "he'llo"),
        (r"abc\tdef", "abctdef"),
        (r'"abc\tdef"', r"abc\tdef"),
        (r"'abc\tdef'", r"abc\tdef"),
        ("hello\\", "hello"),
        ("\"hel'lo\"", "hel'lo"),
        ("he$1x", "hex"),
        ("he$.x", "he$.x"),
        (r"he\$PWD", "he$PWD"),
        (r"he\\$PWD", r"he\/home"),
        (r'"he\$PWD"', "he$PWD"),
        ("'he$PWD'", "he$PWD"),
        ("\"he'$PWD'\"", "he'/home'"),
        ("he${hi}xx", "hexx"),
        ("he${hi:-$PWD}xx", "he/homexx"),
        ("he${hi:-${hi:-yyy}}xx", "heyyyxx"),
        ("${NULL-a}${NULL:-b}${hi-c}", "bc"),
        ("${NULL+a}${NULL:+b}${hi+c}${PWD:+d}", "ad"),
        ("${PWD?}${NULL?}", "/home"),
        ("${aaa}}", "}"),
        ("${aaa:-bbb {foo}", "bbb {foo"),
        (r"he${hi:-\$PWD:}xx", "he$PWD:xx"),
        ("${9:-b}${@:-c}$$d", "bcd"),
        ("${V%.*} ${V%%.*} ${V#*.} ${V##*.}", "3.13 3 13.1 1"),
        ("${X#*x*y}${X#*}${X#}", "yxxyyxxyy"),
        (r"${STARS%%\**\*} ${STARS%\*}", "a a***yy"),
        (r"${PATH/\*\//.} ${PATH//\*\//.}", "/foo.*/*.txt /foo..*.txt"),
        ("${X/xy/-}${X//y/z}", "x-yxxzz"),
        ("a<b<<c", "a<b<<c"),
    ],
)  # fmt: skip
def test_a_word_is_filled_in(word: str, value: str) -> None:
    assert expanded(word, VALUES, "\\") == value


@pytest.mark.parametrize(
    "word",
    ["he'llo", '"hello', r'"hello\"', "${}", "${PWD", "${:}", "${:-b}", "${{a}", "${PWD:=0}", "${PWD:0:1}", "${hi?}",
     "${NULL:?}", "${hi:?message}", "${X:#a}", "${X:%%a}", r"${X#\x}", r"${X%a\}", "${X/a", "${X/a/b", "${.}"],
)  # fmt: skip
def test_a_word_that_buildkit_refuses_is_refused(word: str) -> None:
    with pytest.raises(NotReadError):
        expanded(word, VALUES, "\\")


def test_the_escape_character_is_the_one_of_the_file() -> None:
    assert expanded("a`$PWD\\b", VALUES, "`") == "a$PWD\\b"


def test_the_variables_that_were_met_are_told() -> None:
    met: set[str] = set()
    expanded("${V:-$PWD}'$NO'$other", VALUES, "\\", met)
    assert met == {"V", "PWD", "other"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("RUN cat <<EOF > /x", ["RUN", "cat", "<<EOF", ">", "/x"]),
        ("COPY << 'E F' a", ["COPY", "<< 'E F'", "a"]),
        ('RUN a ${V%.*} "b c" \\<<x', ["RUN", "a", "${V%.*}", '"b c"', "\\<<x"]),
        ("RUN $(x <<EOF)", ["RUN", "$(x", "<<EOF)"]),
        ("RUN echo ${x y} <<EOF", []),
        ("RUN echo it's <<EOF", []),
    ],
)
def test_a_line_is_split_as_it_is_written_to_find_here_documents(line: str, words: list[str]) -> None:
    """A line that cannot be split begins no here-document: BuildKit reads on below it, and so does this."""
    assert raw_words(line) == words


@pytest.mark.parametrize(("word", "name"), [("EOF", "EOF"), ("'E F'", "E F"), ('"E"F', "EF"), ("a b", ""), ("", "")])
def test_a_here_document_ends_at_its_name_without_quotes(word: str, name: str) -> None:
    assert heredoc_name(word) == name


def test_arguments_are_split_outside_quotes_only() -> None:
    assert quoted_words("A=1 B='c d' C=\"e \\\" f\" D=g\\ h I='j", "\\") == [
        *("A=1", "B='c d'", 'C="e \\" f"', "D=g\\ h", "I='j"),
    ]


@given(st.text(alphabet="a\\'\"${}:-+?#%/<` \t*=1", max_size=30))
def test_no_word_makes_the_lexer_crash_or_hang(word: str) -> None:
    raw_words(word)
    try:
        value = expanded(word, VALUES, "\\")
    except NotReadError as error:
        value = str(error)
    assert isinstance(value, str)


@given(st.text(alphabet="abc.-/3", max_size=30))
def test_a_word_without_anything_special_stays_as_it_is(word: str) -> None:
    assert expanded(word, VALUES, "\\") == word
