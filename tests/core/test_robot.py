import pytest
from customer_delivery.core.robot import (
    TemplateError,
    address_fault,
    check_template,
    compose,
    is_public_address,
    refusal,
    request_parts,
    shorten,
)
from hypothesis import given
from hypothesis import strategies as st

WORDS = {
    "project": "华东精工 MES",
    "document": "REQ-000001 标签打印",
    "what": "请确认",
    "due": "",
    "link": "https://example.com/1",
}


def test_a_template_is_filled_in_and_empty_lines_go():
    text = compose("{what}: {document}\n项目: {project}\nDue: {due}\n\n{link}\n", WORDS)
    assert text == ("请确认: REQ-000001 标签打印\n项目: 华东精工 MES\n\nhttps://example.com/1")


def test_braces_in_the_words_do_no_harm():
    assert compose("{what}", {"what": "{project.__class__}"}) == "{project.__class__}"


def test_literal_braces_are_doubled():
    assert compose("{{{what}}}", WORDS) == "{请确认}"


@pytest.mark.parametrize(
    "template",
    ["{who}", "{project.name}", "{project!r}", "{project:>99999999}", "{}", "{0}", "{project[0]}"],
)
def test_other_placeholders_are_refused(template):
    with pytest.raises(TemplateError):
        check_template(template)


@pytest.mark.parametrize("template", ["{project", "project}", "{{what}"])
def test_open_braces_are_refused(template):
    with pytest.raises(TemplateError):
        check_template(template)


@given(st.text(), st.integers(min_value=3, max_value=50))
def test_a_text_is_cut_between_characters(text, size):
    short = shorten(text.encode("utf-8", "ignore").decode(), size)
    assert len(short.encode()) <= size


def test_what_each_product_wants():
    assert request_parts("wecom", "字", "e", "", 0) == (
        {},
        {"msgtype": "text", "text": {"content": "字"}},
    )
    assert request_parts("dingtalk", "字", "e", "", 0) == (
        {},
        {"msgtype": "text", "text": {"content": "字"}},
    )
    assert request_parts("feishu", "字", "e", "", 0) == (
        {},
        {"msg_type": "text", "content": {"text": "字"}},
    )
    assert request_parts("plain", "字", "e", "", 0) == ({}, {"text": "字", "event": "e"})


def test_signed_messages():
    """Made with the snippets in the makers' documentation."""
    query, _body = request_parts("dingtalk", "x", "e", "this is secret", 1577262236.757)
    assert query["timestamp"] == "1577262236757"
    assert query["sign"] == dingtalk_sign("1577262236757", "this is secret")
    _query, body = request_parts("feishu", "x", "e", "demo", 1599360473)
    assert body["timestamp"] == "1599360473"
    assert body["sign"] == feishu_sign("1599360473", "demo")


def dingtalk_sign(timestamp, secret):
    import base64
    import hashlib
    import hmac

    text = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(
        hmac.new(secret.encode(), text, digestmod=hashlib.sha256).digest()
    ).decode()


def feishu_sign(timestamp, secret):
    import base64
    import hashlib
    import hmac

    text = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(text, digestmod=hashlib.sha256).digest()).decode()


def test_wecom_messages_fit():
    _query, body = request_parts("wecom", "字" * 3000, "e", "", 0)
    assert len(body["text"]["content"].encode()) <= 2048


@pytest.mark.parametrize(
    ("kind", "status", "answer", "fault"),
    [
        ("wecom", 200, {"errcode": 0, "errmsg": "ok"}, None),
        ("dingtalk", 200, {"errcode": 0, "errmsg": "ok"}, None),
        ("feishu", 200, {"code": 0, "msg": "success"}, None),
        ("feishu", 200, {"StatusCode": 0, "StatusMessage": "success"}, None),
        ("plain", 204, None, None),
        ("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "93000"),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, "sign not match"),
        ("feishu", 200, {"code": 19021, "msg": "sign match fail"}, "19021"),
        ("feishu", 200, {"data": {}}, "None"),
        ("wecom", 200, None, "no JSON"),
        ("wecom", 200, [], "no JSON"),
        ("plain", 500, None, "HTTP 500"),
        ("plain", 302, None, "HTTP 302"),
    ],
)
def test_answers(kind, status, answer, fault):
    said = refusal(kind, status, answer)
    assert (said is None) if fault is None else (fault in said)


@pytest.mark.parametrize(
    "address",
    [
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://oapi.dingtalk.com/robot/send?access_token=1",
        "https://open.feishu.cn/open-apis/bot/v2/hook/1",
        "https://8.8.8.8/hook",
        "https://hooks.example.com:8443/x",
    ],
)
def test_addresses_that_may_be_called(address):
    assert address_fault(address) is None


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://qyapi.weixin.qq.com/x", "scheme"),
        ("ftp://example.com", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("qyapi.weixin.qq.com", "scheme"),
        ("https://", "host"),
        ("https://localhost/x", "host"),
        ("https://printer.local/x", "host"),
        ("https://db.internal/x", "host"),
        ("https://intranet/x", "host"),
        ("https://127.0.0.1/x", "host"),
        ("https://2130706433/x", "host"),
        ("https://127.1/x", "host"),
        ("https://10.1.2.3/x", "host"),
        ("https://192.168.0.1/x", "host"),
        ("https://172.16.0.1/x", "host"),
        ("https://169.254.169.254/latest", "host"),
        ("https://100.64.0.1/x", "host"),
        ("https://0.0.0.0/x", "host"),
        ("https://[::1]/x", "host"),
        ("https://[::ffff:10.0.0.1]/x", "host"),
        ("https://[fd00::1]/x", "host"),
        ("https://[fe80::1%25eth0]/x", "host"),
        ("https://user:pw@example.com/x", "host"),
        ("https://example.com:99999/x", "host"),
        ("https://[broken/x", "host"),
    ],
)
def test_addresses_that_may_not(address, fault):
    assert address_fault(address) == fault


def test_numbers_of_machines():
    assert is_public_address("93.184.216.34")
    assert not is_public_address("224.0.0.1")
    assert not is_public_address("2002:7f00:1::")
