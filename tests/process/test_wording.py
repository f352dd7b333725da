"""Texts that say nothing, and texts that do: placeholders (W1.3) and next steps (E9)."""

import pytest
from hypothesis import given, strategies as st

from oppwizard import i18n
from oppwizard.i18n import T, catalogue
from oppwizard.model.ask import Kind, Need
from oppwizard.model.fields import FIELDS, ROW_KINDS
from oppwizard.model.findings import Address
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook, load_playbook
from oppwizard.playbook.judging import Wording
from oppwizard.process.wording import is_blank, is_placeholder, says_nothing_to_do
from tests.process.bench import Bench
from tests.process.test_gate_required import at_first, put

WORDING = load_playbook().wording

DRESSED = """
TBD. | "TBD" | (tbd) | [TBD] | <tbd> | TBD!! | Tbd? | ｔｂｄ | ＴＢＤ。 | t.b.d. | T B D | tbd tbd
TBD, later | tbd/n.a.
N / A | -n/a- | *** | --- | — | . | … | ... | ? | ？ | ？？？ | ? ? | _ | ~ | #
x | xxx | XXX | x x x | aaaa | ｘｘｘ | あああ | ーーー | 111 | 💩💩
未定です | 未定。 | （未定） | 「未定」 | 未定であります
未定・未確認 | 未定、確認中 | 検討中です | 後で。 | あとで！ | なし。 | ﾃｽﾄ
\u200bTBD\u200b | T\u200bBD | T\u00adBD | \ufeffTBD | 未\u2060定 | TBD\u3000 | \tTBD\n
"""
PLACEHOLDERS = [text for text in DRESSED.replace("\n", "|").split("|") if text.strip(" ")]

SAYS_NOTHING = ("TBD", "xxx", "?", "...", "ｔｂｄ", "TBD.", "未定です", "our platform", "あとで", "\u200b\u200d")

ANSWERS = """
在庫差異6% | 6% | CFO | 東京 | 林 | 森 | 東 | ERP | 3M | H&M | SAP | A4 | 42 | 2026 | IT | R&D | Ng | Ōe | O'Neil | Q3
None of the four sites counts offline | Later deliveries cost a fine each | Unknown stock levels in two of four sites
Nothing is counted on Sundays | n/a is printed on every second label | TBD fields in their forms cost an hour a day
後で入力し直している | 未定義データが多く集計できない | 確認中の注文が月末に集中する
なしの木農園 | テスト工程が属人化 | 仮登録が残る
A/B test | B2B | 24/7 | ISO 27001 | 部長 | 40時間/週 | 欠品 | 残業 | ハンコ | 紙 | e-mail to all
"""
REAL = [text.strip() for text in ANSWERS.replace("\n", "|").split("|") if text.strip()]

TEXTS = [path for path, s in FIELDS.items() if s.is_text and s.ask.wording and s.ask.need is Need.REQUIRED]
SAMPLE = ["business_problem", "next_step_owner", "account.legal_name", "people.name", "lines.sku", "plan.what"]


def test_a_placeholder_however_dressed_is_one() -> None:
    assert [text for text in PLACEHOLDERS if not is_placeholder(text, WORDING)] == []
    assert len(PLACEHOLDERS) > 50


def test_a_real_answer_is_none() -> None:
    assert [text for text in REAL if is_placeholder(text, WORDING) or is_blank(text)] == []
    assert len(REAL) > 40


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_word_of_the_playbook_in_every_dress(language: str) -> None:
    """The list is what the organisation says; case, width, marks around it and blanks do not get past it."""
    i18n.use(language)
    for word in WORDING.placeholders:
        wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word)
        for text in (word, word.upper(), f" {word}.", f"({word})", f"「{word}」", f"{word}。", wide, f"\u200b{word}"):
            assert is_placeholder(text, WORDING), text


@pytest.mark.parametrize("path", TEXTS)
def test_placeholders_satisfy_no_required_text(bench: Bench, path: str) -> None:
    spec = FIELDS[path]
    at = at_first(bench, spec)
    label = spec.ask.label.msgid
    for text in (*SAYS_NOTHING, label):
        put(bench, at, text)
        points = bench.judge().open_points(spec.ask.stage)
        assert {"placeholder", "missing"} & {f.code for f in points if f.at == at}, text
    put(bench, at, "在庫差異6%")
    assert not {"placeholder", "missing"} & {f.code for f in bench.judge().blocking if f.at == at}


@pytest.mark.parametrize("path", SAMPLE)
def test_no_word_of_the_playbook_satisfies_a_required_text(bench: Bench, path: str, playbook: Playbook) -> None:
    spec = FIELDS[path]
    at = at_first(bench, spec)
    for word in playbook.wording.placeholders[:: 1 if path == SAMPLE[0] else 9]:
        put(bench, at, word)
        assert "placeholder" in {f.code for f in bench.judge().blocking if f.at == at}, word


@pytest.mark.parametrize("path", SAMPLE)
@pytest.mark.parametrize("text", ["在庫差異6%", "林", "Later deliveries cost a fine", "CFO"])
def test_real_answers_satisfy_a_required_text(bench: Bench, path: str, text: str) -> None:
    at = at_first(bench, FIELDS[path])
    put(bench, at, text)
    assert not [f for f in bench.judge().blocking if f.at == at]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_label_of_a_field_is_no_answer_in_any_language(language: str) -> None:
    """What a gate says must not depend on the language somebody happens to read it in."""
    i18n.use(language)
    for path in TEXTS:
        label = FIELDS[path].ask.label
        told = [catalogue(code).gettext(label.msgid) for code in i18n.LANGUAGES]
        for text in (label.msgid.upper(), f"{label.msgid}:", *told):
            assert is_placeholder(text, WORDING, label), (path, text)


def test_another_fields_label_may_be_an_answer() -> None:
    assert is_placeholder("Headquarters", WORDING, T("Headquarters"))
    assert not is_placeholder("Headquarters", WORDING, T("Where decisions are made"))


def test_the_verdict_is_the_same_in_both_languages(bench: Bench) -> None:
    for text in ("Business problem", "事業上の課題", "TBD", "未定", catalogue("ja").gettext("Business problem")):
        bench.record.opportunity.business_problem = text
        english = [(f.code, f.at, f.severity) for f in bench.judge().findings]
        i18n.use("ja")
        assert [(f.code, f.at, f.severity) for f in bench.judge().findings] == english
        i18n.use("en")


def test_fields_that_may_say_none_take_it(bench: Bench) -> None:
    for path, spec in FIELDS.items():
        if spec.is_text and not spec.ask.wording:
            put(bench, at_first(bench, spec), "None")
            assert bench.judge().complete, path


def test_texts_are_judged_and_choices_are_not() -> None:
    assert not any(s.is_text for s in FIELDS.values() if s.ask.kind in (Kind.CHOICE, Kind.DATE, Kind.EMAIL))
    assert len(TEXTS) > 35


@given(st.text(alphabet="\u200b\u200c\u200d\u2060\ufeff\u00ad \u3000\t\n\r\x00", max_size=12))
def test_invisible_is_blank(text: str) -> None:
    assert is_blank(text)


@given(st.text(min_size=1).filter(lambda text: any(char.isalnum() for char in text)))
def test_letters_and_digits_are_not_blank(text: str) -> None:
    assert not is_blank(text)


WORDS = [word for word in WORDING.placeholders if not {" ", "/"} & set(word)]


@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_two_placeholders_in_a_row_are_one(one: str, other: str) -> None:
    assert is_placeholder(f"{one}, {other}", WORDING)


@given(st.text())
def test_any_text_can_be_judged(text: str) -> None:
    assert is_placeholder(text, WORDING) in (True, False)
    assert says_nothing_to_do(text, WORDING) in (True, False)


@given(st.characters(categories=["L", "N"]).filter(lambda char: len(fold(char)) == 1), st.integers(2, 30))
def test_one_repeated_letter_is_a_placeholder(char: str, times: int) -> None:
    assert is_placeholder(char * times, WORDING)


def test_the_playbook_decides() -> None:
    stricter = Wording(placeholders=("coming up",), generic_names=(), vague_steps=())
    assert is_placeholder("Coming up!", stricter)
    assert not is_placeholder("TBD", stricter)


VAGUE = """
Follow up next week | Follow up | follow-up with the customer | Touch base soon | Check in next month | Circle back
Call | Call them tomorrow | Send an email | Reach out again | Keep in touch | Get back to them | Ping | Wait for answer
E-mail them ASAP | Follow up with John | FOLLOW UP!! | Call back later | Touch base with the customer next week
来週フォローアップ | フォローする | フォローアップします
来週お客様に連絡 | 連絡する | ご連絡いたします | 来週お客様にご連絡いたします
後日改めてご連絡します | メールする | 電話します | お客様に電話する
様子見 | 引き続きフォローします | 再度連絡 | 返事待ち | 確認いたします
来週フォローアップいたします | 社内で検討する | 近日中に連絡します | ﾌｫﾛｰｱｯﾌﾟ | フォローアップの電話をする | 来月確認する
"""
CONCRETE = """
Send the proposal to the CFO by Friday | Run the on-site demo for operations | Review contract draft with legal
Send proposal | Walk the CFO through the revised offer | Call Dana Whitfield about the security questionnaire
Meet procurement in Tacoma | Agree on trial criteria with Luis | Book the demo room | Email the SOC 2 report to Priya
Present the business case to the board | Call the CFO to settle payment terms | Sign the NDA | Install trial in site 2
Follow up with the CFO on the signed NDA | Collect redlines from Acme legal
CFOに見積書を説明 | 見積書を送付 | デモ実施
契約書を法務に提出 | 田中部長に提案書を説明する | 現地でデモを行う | 要件定義書をレビュー
PoC環境を構築 | 社長訪問 | 価格表をメールで送る
稟議書の内容を確認する | CFOにデモ | セキュリティ質問票に回答 | 見積りを出す
倉庫見学の日程を決める | NDA締結 | 工場で試験導入を開始
"""


@pytest.mark.parametrize("step", [text.strip() for text in VAGUE.replace("\n", "|").split("|") if text.strip()])
def test_a_vague_step_is_refused(bench: Bench, step: str) -> None:
    bench.record.opportunity.next_step = step
    assert {"next_step.vague", "placeholder"} & {f.code for f in bench.judge().blocking}


@pytest.mark.parametrize("step", [text.strip() for text in CONCRETE.replace("\n", "|").split("|") if text.strip()])
def test_a_concrete_step_passes(bench: Bench, step: str) -> None:
    bench.record.opportunity.next_step = step
    assert bench.judge().complete


def test_addresses_of_rows_are_told_apart(bench: Bench) -> None:
    """A placeholder in the second row is said of the second row."""
    for kind in ROW_KINDS:
        rows = bench.record.rows(kind)
        texts = [s for s in FIELDS.values() if s.entity == kind and s.is_text and s.ask.wording]
        for spec in texts[:1] if len(rows) > 1 else ():
            at = Address(kind, spec.name, rows[1].id)
            put(bench, at, "TBD")
            assert [f.at for f in bench.judge().blocking if f.code == "placeholder"] == [at]
            put(bench, at, "Offline edition")
