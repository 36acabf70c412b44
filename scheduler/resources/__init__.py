"""Pooled resources and who gets how much of them: staff minutes, GPUs, licences, tokens of a language model."""
