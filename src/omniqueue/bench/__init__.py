"""The workloads of `omniqueue bench`, their rivals, and results that name what they measured."""
