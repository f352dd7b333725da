"""Providers of facts about companies and people: the interface, and what comes with the program (A2, A6)."""

from oppwizard.enrichment.asking import Answer, Cancel, Provider, ProviderProblem, Question

__all__ = ["Answer", "Cancel", "Provider", "ProviderProblem", "Question"]
