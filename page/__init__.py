"""The chat page: shows what the engine answers; decides nothing itself.

strings.py      the page's words, in six languages
place.py        a citation -> where it stands, in words: title, heading, page
view.py         an Answer -> the conversation's HTML
pane.py         a source, with the cited words lit -> the source pane's HTML
examples.py     questions to start with
session.py      what one visitor has: turns, uploads, the engine in use
handlers.py     an event on the page -> new HTML
layout.py       the Gradio page: components and which handler each event calls
page.css, page.js
"""
