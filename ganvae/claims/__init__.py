"""The studies' claims, judged from files alone into weights/claims.json: `python -m ganvae.claims`.

evidence.py     what the files say, checked; a claim that lacks something is left out
claim.py        what a judged claim is, and how outcomes become a verdict
rules.py        when a difference counts, with the reason
blur.py, quality.py, convergence.py, cost.py, latent_size.py, equilibrium.py, stability.py,
remedies.py, definitions.py
                a small function for each claim: Evidence -> Claim
judge.py        all of them, in the order they are shown
"""

from __future__ import annotations
