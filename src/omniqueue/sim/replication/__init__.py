"""One replication: its customers, its crew, and what became of each contact.

`loop` runs it; `customers` are drawn before it, the `crew` comes and goes in it;
`rows` grow while it runs and become the `columns` that it hands back.
"""
