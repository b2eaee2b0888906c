"""What the scripts say to a Chinese reader, where the server's own sentences are in English."""

from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import BrowserContext, expect

TOO_OFTEN = '{"error": {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "Too often."}}'


def test_a_refusal_is_said_in_chinese(
    start_site: StartSite, new_page: NewPage, context: BrowserContext
) -> None:
    chat = sign_in(new_page(start_site(CHAT_MAX_MESSAGE_CHARS="10").url))
    context.set_extra_http_headers({"Accept-Language": "zh-CN"})
    page = chat.open("/").page
    expect(page.get_by_role("combobox", name="模型")).to_be_visible(timeout=20_000)
    trouble = page.locator("#trouble")
    box = page.get_by_role("textbox", name="你的问题")
    box.fill("more than ten characters")
    box.press("Enter")
    expect(trouble).to_have_text("文字超过了服务器的长度限制。请缩短，或作为文件添加。")
    page.route(
        "**/api/v1/chat",
        lambda route: route.fulfill(
            status=429, headers={"Retry-After": "7"}, content_type="application/json", body=TOO_OFTEN
        ),
    )
    box.fill("short")
    box.press("Enter")
    expect(trouble).to_have_text("你在一分钟内的请求次数超过了服务器的限制。请在 7 秒后重试。")
