"""The service desk: conversations on every channel, tickets with an owner and clocks, and what is answered."""
