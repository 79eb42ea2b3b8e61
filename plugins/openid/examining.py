"""What `lms doctor` says about providers: which there are, whether they answer, what they must know of us."""

from __future__ import annotations

from flask import current_app

from lms.api.plugins import Finding
from lms.api.work import settings
from plugins.openid.providers import all_providers


def providers() -> list[Finding]:
    """One line for each provider, with the addresses of ours that it needs."""
    from plugins.openid.protocol import is_reachable

    found = []
    place = current_app.url_map.bind("")
    for provider in all_providers():
        ours = settings().public_url()
        back = ours + place.build("openid.back", {"provider": provider.key})
        logout = ours + place.build("openid.back_channel_logout", {"provider": provider.key})
        if is_reachable(provider):
            found.append(
                Finding(
                    True,
                    f"Đăng nhập qua {provider.label}: hệ thống đó trả lời",
                    f"Địa chỉ đã đăng ký ở đó phải đúng từng chữ: {back} (quay về), {logout} (báo đăng xuất).",
                )
            )
        else:
            found.append(
                Finding(
                    False,
                    f"Đăng nhập qua {provider.label}: không lấy được khóa của {provider.issuer}",
                    "Kiểm tra issuer hoặc [provider.endpoints] trong tệp LMS_OPENID_FILE, đường mạng ra ngoài và"
                    " chứng thư của máy này. Trong lúc đó các cách đăng nhập khác vẫn dùng được.",
                    must=False,
                )
            )
    return found or [Finding(True, "Đăng nhập qua hệ thống khác (VNeID …): chưa khai báo hệ thống nào")]
