"""One replication: the centre, its customers, its crew, and what became of each contact.

`replication` is the loop; `customers` are drawn before it, the `crew` comes and goes in it;
`rows` grow while it runs and become the `columns` that it hands back.
"""
