"""The chat page: shows what the engine answers; decides nothing itself.

strings.py, languages/  the page's words, in six languages
place.py      a source as a whole, and where a span of it stands, in words
library.py    the sources of a store, each read once
markup.py     text for people -> HTML: bold, bullets and footnote markers, all else escaped
export.py     what is taken along: Markdown with footnotes; a judgement -> a line of feedback
view.py       an Answer -> its turn of the conversation; silence.py where the source is silent,
              actions.py the buttons under it, searched.py what was searched
pane.py       a source with the cited words lit -> the source pane's HTML
frame.py      what stands around: header, drawer of conversations, first questions
keep.py       where a visitor's conversations are kept: their browser, or a folder of the store
session.py    what one visitor has: a conversation, and sources that nobody else sees
examples.py   questions to start with
shelf.py      a visitor's sources -> the list of documents
screen.py     what a handler changes on the page
show.py       a visit -> what is shown of it
handlers.py   questions, the buttons of an answer, the list of conversations -> Screens
sources.py    files, addresses and the buttons of a document -> Screens
api.py        the same functions for programs: named endpoints
tools.py      the same functions for assistants: an MCP server
events.py     which handler each event calls
layout.py     the Gradio page: its components, and what a visitor finds on arriving
page.css, page.js, talks.js
"""
