"""The whole installation on a node: charts, operator, gateway, engine and stores together.

Real: everything. Faked: nothing; engine Echo stands in where weights play no part. Asserted: what a user sees, and the
figures that we promise. Left open: more than one node, other network plug-ins (the kind job runs these files there).
"""
