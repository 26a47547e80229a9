"""The gateway's decisions without I/O: no clock, no sockets, no event loop; every call is told the time.

It stands alone so that each rule of the data path can be tested in microseconds and in any order of events.
"""
