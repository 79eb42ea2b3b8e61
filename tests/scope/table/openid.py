"""plugins/openid: to a provider and back. Here none is set up; tests/openid asks with one."""

from __future__ import annotations

from tests.scope.law import everybody

ENTRIES = {
    "openid.start": everybody("/dang-nhap/openid/khong-co", 404),
    "openid.back": everybody("/dang-nhap/openid/khong-co/ve", 404),
    "openid.left": everybody("/dang-nhap/openid/khong-co/da-ra", 404),
    "openid.back_channel_logout": everybody("/dang-nhap/openid/khong-co/ket-thuc", 404, form={}),
}
