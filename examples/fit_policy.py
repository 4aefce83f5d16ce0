"""A fit policy of one's own: spare the colleagues whose other skills are scarce.

Where several free agents could take a contact, the one whose skills beyond those needed are
worth least takes it, so that the lawyer is still free when the next legal question comes.
"""

from omniqueue import Agent, Assigned, Contact, Router, Selection, Skills, register_selection
from omniqueue.testing import check_fit

SCARCITY = {"law": 5, "french": 2}  # all other skills: 1


def spare_the_scarce(held: Skills, needed: Skills) -> int:
    """Rank by how much scarce skill the contact would tie up without need."""
    return sum(SCARCITY.get(skill, 1) for skill in held if skill not in needed)


check_fit(spare_the_scarce)  # raises PolicyError, naming what is wrong
register_selection(Selection(name="spare-the-scarce", fit=spare_the_scarce))

AGENTS = [
    Agent("ana", skills={"billing": 3, "law": 2}),
    Agent("bo", skills={"billing": 1, "french": 1}),
    Agent("cy", skills={"billing": 1}),
]
CONTACTS = [
    Contact("c1", "phone", skills={"billing": 1}),
    Contact("c2", "email", skills={"billing": 1}),
    Contact("c3", "phone", skills={"law": 1}),
    Contact("c4", "fax", skills={"billing": 1}),
]

for selection in ("longest-idle", "spare-the-scarce"):
    router = Router(selection=selection)
    for agent in AGENTS:
        router.add_agent(agent, at=0)
    print(f"{selection}:")
    for at, contact in enumerate(CONTACTS, start=1):
        taken = router.submit(contact, at=at).of(Assigned)
        who = taken[0].agent if taken else "nobody yet"
        print(f"  {contact.id} ({', '.join(contact.skills)}): {who}")
