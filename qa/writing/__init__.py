"""How a model's reply becomes checked sentences.

prompt.py     passages and question -> what the model is asked
failures.py   what a server says -> try again, or give up and say why
reply.py      raw reply -> text, without reasoning; is it a refusal
markers.py    citation markers of every shape, found and written
cite.py       text -> sentences and the passages they cite (pure parsing)
quotation.py  words in quotation marks: do they stand in the source
figures.py    figures and dates: do they stand in the source
span.py       the neighbouring sentences that carry a claim
verdict.py    a sentence and its passages -> verdict, support, footnotes
"""
