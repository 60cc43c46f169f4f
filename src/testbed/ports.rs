//! Addresses for the service on a testbed.
//!
//! Invariant: of all testbeds of this machine no two get the same port while either lives.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
    sync::atomic::{AtomicU32, Ordering},
};

/// Ports of this range are given to nobody by chance: systems take those of outgoing connections, and of port 0, from above it.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// An address that is free now, and stays the service's over its restarts while the socket lives: the service listens with TCP, and whoever
/// looks for a port here, in this process or another, has to get the port of the same number for UDP first.
pub(super) fn free_address() -> io::Result<(SocketAddr, UdpSocket)> {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let range = u32::from(PORTS.end - PORTS.start);
    let begin = std::process::id().wrapping_mul(97) % range;
    for _ in 0..range {
        let step = TRIED.fetch_add(1, Ordering::Relaxed);
        let offset =
            u16::try_from(begin.wrapping_add(step) % range).expect("the range is of ports");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORTS.start + offset));
        if let Ok(kept) = UdpSocket::bind(address)
            && TcpListener::bind(address).is_ok()
        {
            return Ok((address, kept));
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AddrInUse,
        "no port from 20000 to 29999 is free",
    ))
}
