from .address import Address, Country
from .person import Badge, Group, Membership, Person, Staff, Visitor

__all__ = ["Address", "Badge", "Country", "Group", "Membership", "Person", "Staff", "Visitor"]
