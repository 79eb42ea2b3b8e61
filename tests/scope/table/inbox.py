"""The core: messages, one's own."""

from __future__ import annotations

from tests.scope.law import everybody, nothing, oneself

ENTRIES = {
    "inbox.notes": oneself("/tin-nhan"),
    "inbox.mark_read": oneself("/tin-nhan/da-doc", form={}),
    "inbox.choice": oneself("/cai-dat/tin-nhan"),
    "inbox.choose": oneself("/cai-dat/tin-nhan", form={}),
    "inbox.ask_for_mail": oneself("/cai-dat/tin-nhan/thu-dien-tu", nothing, 404, form={}),
    "inbox.prove_mail": oneself("/cai-dat/tin-nhan/ma", form={}),
    "inbox.drop_mail": oneself("/cai-dat/tin-nhan/bo-thu-dien-tu", form={}),
    "inbox.stop_asked": everybody("/ngung-nhan-tin/khong-co", 404),
    "inbox.stop": everybody("/ngung-nhan-tin/khong-co", 404, form={}),
}
