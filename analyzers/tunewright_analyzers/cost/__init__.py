"""What a cluster costs a month by list prices, and what another choice would."""
