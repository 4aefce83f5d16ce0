"""One replication: its customers, its crew, and what became of each contact.

`loop` runs it; `customers` are drawn before it, the `crew` comes and goes in it;
a `growing_record` is kept while it runs and becomes the `replication_record` handed back.
"""
