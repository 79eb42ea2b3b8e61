"""The law of scope: what each page, form, export and API operation gives to whom, compared with an oracle."""
