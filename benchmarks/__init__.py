"""Rivals, growth studies, pictures and micro-benchmarks: what `omniqueue bench` leaves out."""
