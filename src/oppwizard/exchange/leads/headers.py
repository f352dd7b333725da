"""What the columns of a lead list seem to mean: by the words that systems and spreadsheets head them with."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from oppwizard.exchange.columns import squeezed
from oppwizard.exchange.leads.places import FIRST_NAME, ID, LAST_NAME, PEOPLE, STATE, place
from oppwizard.i18n import LANGUAGES, catalogue
from oppwizard.model.ask import Kind
from oppwizard.model.enums import LeadState
from oppwizard.model.fields import ACCOUNT, CUSTOM, FIELDS, OPPORTUNITY, FieldSpec, of_fields

_PERSON: Final = f"{PEOPLE}[1]"
_HEADERS: Final[dict[str, str]] = {
    ID: "leadid recordid id hsobjectid contactid leadnumber externalid リードid リード番号 レコードid 番号",
    STATE: (
        "lifecyclestage leadstage leadstate qualificationstatus qualification leadstatus hsleadstatus funnelstage "
        "status stage リードステータス ライフサイクルステージ リード状況 リード区分 ステータス 状態 状況"
    ),
    f"{ACCOUNT}.dba": (
        "company companyname associatedcompany organization organisation organizationname organisationname account "
        "accountname customer business employer firm 会社名 会社 企業名 法人名 取引先名 取引先 組織 組織名 勤務先 "
        "貴社名 御社名 社名 団体名"
    ),
    f"{ACCOUNT}.legal_name": "legalname legalentity registeredname 正式社名 正式名称 登記名",
    f"{_PERSON}.{LAST_NAME}": "lastname surname familyname contactlastname personlastname 姓 名字 苗字 氏",
    f"{_PERSON}.{FIRST_NAME}": "firstname givenname forename contactfirstname personfirstname 名",
    f"{_PERSON}.name": (
        "fullname contactname contact contactperson personname leadname person name primarycontact 氏名 お名前 名前 "
        "担当者名 ご担当者名 ご担当者 担当者氏名 先方担当者 連絡先名"
    ),
    f"{_PERSON}.email": (
        "email emailaddress workemail businessemail mail contactemail personemail personemailwork emailwork "
        "primaryemail eメール メール メールアドレス 電子メール"
    ),
    f"{_PERSON}.phone": (
        "phone phonenumber telephone tel workphone businessphone contactphone personphone personphonework phonework "
        "directphone mobilephone mobile mobilephonenumber cellphone 電話 電話番号 tel番号 携帯電話 携帯番号 携帯"
    ),
    f"{_PERSON}.title": "title jobtitle position jobposition contacttitle jobrole 役職 肩書 肩書き 職位",
    f"{_PERSON}.department": "department dept division businessunit 部署 部署名 部門 所属",
    f"{_PERSON}.roles": "buyingrole hsbuyingrole committeerole contactrole 役割 購買における役割",
    f"{_PERSON}.influence": "influence influencelevel 影響力",
    f"{_PERSON}.engagement": "engagement engagementlevel engagementstate 関与",
    "lead_source": (
        "leadsource source originalsource originaltrafficsource leadorigin channel utmsource originalsourcetype "
        "リードソース 流入元 流入経路 獲得経路 経路 獲得チャネル きっかけ"
    ),
    "owner": (
        "leadowner owner contactowner ownername assignedto salesrep accountexecutive leadownername リード所有者 所有者 "
        "営業担当 営業担当者 自社担当 担当"
    ),
    f"{ACCOUNT}.industry": "industry sector vertical 業種 業界",
    f"{ACCOUNT}.employees": (
        "employees numberofemployees noofemployees employeecount companysize headcount 従業員数 社員数 従業員"
    ),
    f"{ACCOUNT}.annual_revenue": "annualrevenue revenue turnover companyrevenue 年間売上 年商 売上高 売上",
    f"{ACCOUNT}.website": (
        "website websiteurl url companydomainname companydomain domain homepage web ウェブサイト webサイト ホームページ"
    ),
    f"{ACCOUNT}.headquarters": "headquarters hq headoffice headquarterslocation 本社 本社所在地",
    f"{ACCOUNT}.company_number": "companynumber lei registrationnumber 法人番号 会社番号",
    "currency": "currency currencyisocode currencycode 通貨",
    "budget_status": "budgetstatus budgetconfirmed budgetstate 予算状況 予算の状況 予算ステータス",
    "budget_amount": (
        "budget budgetamount budgetlow budgetmin budgetfrom estimatedbudget availablebudget "
        "予算 予算額 予算金額 想定予算"
    ),
    "budget_high": "budgethigh budgetmax budgetto budgetupto 予算上限",
    "budget_source": "budgetsource budgetstatedby 予算の出所",
    "decision_maker_id": "decisionmaker economicbuyer decisionmakername 決裁者 意思決定者 決定権者",
    "authority_confirmed_how": "authority authorityconfirmed 決裁権 決裁権限",
    "business_problem": (
        "need needs businessneed businessproblem problem challenge requirement requirements ニーズ 課題 要望 お困りごと"
    ),
    "measurable_impact": "impact measurableimpact businessimpact 効果 インパクト 想定効果",
    "window_to": (
        "timeline timeframe purchasetimeframe buyingtimeframe purchasedate targetdate expectedpurchasedate "
        "buyingwindow 導入時期 導入希望時期 検討時期 時期 購入時期"
    ),
    "compelling_event": "compellingevent urgency trigger whynow きっかけとなる出来事 緊急性",
    "discovery_on": "discoverycalldate discoverycall discoverydate firstmeeting 初回商談日 ヒアリング日",
    "discovery_attendees": "discoveryattendees attendees 出席者",
    "pain_points": "painpoints pain pains painpoint 困りごと",
    "current_state": "currentstate currentsolution currentsituation 現状",
    "solution_fit": "solutionfit fit 適合 適合度",
    "fit_reason": "fitreason whyfit whyitfits 適合理由",
    "competitors[1].name": (
        "competitor competitors competition incumbent currentvendor currentsupplier alternative 競合 競合他社 競合製品"
    ),
    "competitors[1].kind": "competitorkind competitortype alternativekind 競合区分",
    "lines[1].sku": "sku productcode productsku 商品コード 製品コード",
    "lines[1].product": "product productinterest productname interest interestedin 商品 製品 関心製品 興味のある製品",
    "lines[1].quantity": "quantity seats licenses numberofseats 数量 席数 ライセンス数",
    "next_step": "nextstep nextaction 次のステップ 次回アクション 次の行動",
    "next_step_on": "nextstepdate nextactivitydate nextactiondate 次回日 次回予定日",
}
"""The headers of each field, squeezed, the likelier ones first: of Salesforce, HubSpot, Pipedrive and sheets."""
_PREFIXES: Final = ("properties", "contact", "person", "fields", "data")
"""What stands before the names of nested objects, and says nothing."""
_STATES: Final[Mapping[LeadState, str]] = {
    LeadState.OUT: (
        "unqualified disqualified closedconverted closednotconverted converted opportunity customer evangelist "
        "rejected junk lost badtiming notinterested 対象外 失格 失注 成約 顧客 商談化済み 不適格 取引先責任者"
    ),
    LeadState.LEAD: (
        "lead new open opennotcontacted workingcontacted working contacted attempted attemptedtocontact subscriber raw "
        "inprogress connected nurturing prospect opendeal "
        "リード 新規 未対応 未接触 接触済み 対応中 見込み 見込み客 購読者"
    ),
    LeadState.MQL: (
        "mql marketingqualified marketingqualifiedlead マーケティング適格 マーケティング適格リード mqlリード"
    ),
    LeadState.SQL: (
        "sql sal qualified salesqualified salesqualifiedlead salesaccepted salesacceptedlead "
        "営業適格 営業適格リード 商談化 有望 適格 sqlリード"
    ),
}
"""Usual words for how far a lead has come, squeezed."""
_SOURCES: Final[dict[str, str]] = {
    "organicsearch": "web",
    "paidsearch": "web",
    "directtraffic": "web",
    "socialmedia": "web",
    "paidsocial": "web",
    "website": "web",
    "phoneinquiry": "inbound_call",
    "partner": "partner",
    "referrals": "customer_referral",
    "referral": "customer_referral",
    "tradeshow": "event",
    "webinar": "event",
    "emailmarketing": "campaign",
    "othercampaigns": "campaign",
    "purchasedlist": "other",
}
"""What other systems call lead sources of the built-in list."""
_FIGURE: Final = re.compile(r"\d")
_MOSTLY: Final = 0.5


def proposed_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The column of each field that is recognised; a column serves one field, and the first that fits it."""
    plain = {name: set(_squeezed(name)) for name in header}
    found: dict[str, str] = {name: name for name in header if _is_path(name)}
    taken = set(found.values())
    for path, words in _vocabulary().items():
        if path in found:
            continue
        for word in words:
            name = next((name for name in header if name not in taken and word in plain[name]), None)
            if name is not None and _suits(path, cells(header, rows, name)):
                found[path] = name
                taken.add(name)
                break
    return _without_parts(found)


def _is_path(name: str) -> bool:
    """Whether a header says in so many words where it goes."""
    at = place(name)
    return at is not None and (at.entity != OPPORTUNITY or "_" in name)


def _without_parts(found: dict[str, str]) -> dict[str, str]:
    """A whole name makes its parts superfluous: they stay what they are, columns nobody reads."""
    if f"{_PERSON}.name" in found:
        return {path: name for path, name in found.items() if path not in _PARTS}
    return found


_PARTS: Final = (f"{_PERSON}.{FIRST_NAME}", f"{_PERSON}.{LAST_NAME}")


def _squeezed(name: str) -> Iterator[str]:
    """A header's letters and digits, also without what stands before them."""
    word = squeezed(name)
    yield word
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix):
            yield word.removeprefix(prefix)


@of_fields
def _vocabulary() -> dict[str, tuple[str, ...]]:
    """The words of each field: the usual ones, then its own labels in every language where they name one field only."""
    words = {path: tuple(said.split()) for path, said in _HEADERS.items()}
    known = {word for said in words.values() for word in said}
    labels: dict[str, list[str]] = {}
    for spec in FIELDS.values():
        if spec.entity in (OPPORTUNITY, ACCOUNT, CUSTOM):
            for word in dict.fromkeys(map(squeezed, _labels(spec))):
                labels.setdefault(word, []).append(spec.path)
    for word, paths in labels.items():
        if len(paths) == 1 and word and word not in known:
            words[paths[0]] = (*words.get(paths[0], ()), word)
    return words


def _labels(spec: FieldSpec) -> Iterator[str]:
    yield spec.name
    yield spec.ask.label.msgid
    yield str(spec.ask.label)
    yield from (catalogue(code).gettext(spec.ask.label.msgid) for code in LANGUAGES)


def cells(header: Sequence[str], rows: Iterable[Sequence[str]], name: str) -> list[str]:
    """A column's cells that are not empty; none where there is no such column."""
    if name not in header:
        return []
    index = header.index(name)
    return [row[index].strip() for row in rows if len(row) > index and row[index].strip()]


def _suits(path: str, found: list[str]) -> bool:
    """Whether what stands in a column looks like what its field holds."""
    if not found:
        return True
    if path == STATE:
        return _share(found, lambda cell: state_of(cell) is not None) >= _MOSTLY or not _is_worded(found)
    at = place(path)
    kind = at.spec.ask.kind if at is not None and at.spec is not None else None
    if kind is Kind.DATE:
        return _share(found, _FIGURE.search) >= _MOSTLY
    return True


def _is_worded(found: list[str]) -> bool:
    return len(set(found)) > max(20, len(found) // 2)


def _share(found: list[str], holds: Callable[[str], object]) -> float:
    return sum(1 for cell in found if holds(cell)) / len(found)


def state_of(word: str) -> LeadState | None:
    """What a usual word says of a lead, None where it is none of them."""
    return _words_of_states().get(squeezed(word))


@of_fields
def _words_of_states() -> dict[str, LeadState]:
    own = {squeezed(text): state for state in LeadState for text in (state.value, state.label.msgid)}
    return own | {word: state for state, said in _STATES.items() for word in said.split()}


def source_of(word: str) -> str | None:
    """The lead source that another system's word means, None where it is none of the usual ones."""
    return _SOURCES.get(squeezed(word))
