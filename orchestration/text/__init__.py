"""Texts as people and programs get them: in a terminal, in Markdown, in spreadsheets, and in place of what a sender wrote."""
