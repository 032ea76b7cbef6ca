"""The five sources: `seeds/*.yml` read into models, checked, and shown as tables and as passages to read.

A source (`seeds/N-id.yml`) is made of passages. Each passage has a text in our own words, in numbered paragraphs,
and for every item of the coding frame (`seeds/frame.yml`) either a cell or an explicit "not reported".
Documents that stand between a passage and the patients live in `seeds/documents.yml`, facts from outside the five
in `seeds/outside.yml`. Nothing is read before a table is asked for.
"""
