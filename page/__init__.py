"""The chat page: shows what the engine answers; decides nothing itself.

strings.py, translations.py  the page's words, in six languages
place.py      a source as a whole, and where a span of it stands, in words
library.py    the sources of a store, each read once
markup.py     text for people -> HTML: bold, bullets and footnote markers, all else escaped
export.py     a conversation -> Markdown or JSON to keep; a judgement -> a line of feedback
view.py       an Answer -> the conversation's HTML
pane.py       a source with the cited words lit -> the source pane's HTML
session.py    what one visitor has: turns, and sources that nobody else sees
examples.py   questions to start with
shelf.py      a visitor's sources -> the list of documents
screen.py     what a handler changes on the page
handlers.py   questions, and the buttons of an answer -> Screens
sources.py    files, addresses and the buttons of a document -> Screens
api.py        the same functions for programs: named endpoints, MCP tools
layout.py     the Gradio page: components and which handler each event calls
page.css, page.js
"""
