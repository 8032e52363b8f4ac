"""English words whose inflected forms share no stem: "met" is found by "meet", and "men" by "man"."""

# Forms that are words of their own more often (found, ground, left, bound, saw, rose, lit) are not here:
# who founded a thing is not who found it.
_FORMS = """
arise arose arisen; be am is are was were been being; bear borne; beat beaten; become became;
begin began begun; bend bent; bite bitten; bleed bled; blow blew blown; break broke broken; breed bred;
bring brought; build built; burn burnt; buy bought; catch caught; choose chose chosen; cling clung;
come came; creep crept; deal dealt; dig dug; do did done does; draw drew drawn; dream dreamt;
drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought;
flee fled; fling flung; fly flew flown flies; forbid forbade forbidden; forget forgot forgotten;
forgive forgave forgiven; freeze froze frozen; get got gotten; give gave given; go went gone goes;
grow grew grown; hang hung; have had has; hear heard; hide hid hidden; hold held; keep kept; kneel knelt;
know knew known; lay laid; lead led; leap leapt; learn learnt; lend lent; lose lost; make made; mean meant;
meet met; mislead misled; mistake mistook mistaken; overcome overcame; overthrow overthrew overthrown;
overtake overtook overtaken; pay paid; prove proven; ride rode ridden; ring rang rung; rise risen; run ran;
say said; see seen; seek sought; sell sold; send sent; shake shook shaken; shine shone; show shown;
shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat; sleep slept; slide slid; speak spoke spoken;
spell spelt; spend spent; spin spun; spring sprang sprung; stand stood; steal stole stolen; stick stuck;
sting stung; strike struck stricken; strive strove striven; swear swore sworn; sweep swept; swell swollen;
swim swam swum; swing swung; take took taken; teach taught; tear tore torn; tell told; think thought;
throw threw thrown; undergo underwent undergone; understand understood; undertake undertook undertaken;
uphold upheld; wake woke woken; wear wore worn; weave wove woven; weep wept; win won;
withdraw withdrew withdrawn; withhold withheld; withstand withstood; write wrote written; man men;
woman women; child children; foot feet; tooth teeth; mouse mice; goose geese
"""
BASE = {form: row.split()[0] for row in _FORMS.split(";") for form in row.split()[1:]}
