"""Safe output of text: in a terminal, in Markdown, in spreadsheets, and shapes in place of senders' text."""
