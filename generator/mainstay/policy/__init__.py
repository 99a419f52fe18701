"""The policy: SOP-603 as data. One file, `.github/mainstay.yml`, holds every number and name of the SOP."""

from mainstay.policy.load import POLICY_PATH, load_policy, parse_policy, to_policy
from mainstay.policy.model import Policy

__all__ = ["POLICY_PATH", "Policy", "load_policy", "parse_policy", "to_policy"]
