//! Web sockets (RFC 6455), as far as streams of a container need them: the handshake, and frames of at most a megabyte.

use super::http::{self, Request};
use sha1::{Digest, Sha1};
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const FRAME_MAX: u64 = 1 << 20;

/// Agrees on a protocol; the client speaks frames from here on.
pub(super) fn agree(request: &Request, protocol: &str, stream: &mut TcpStream) -> std::io::Result<()> {
    let mut hash = Sha1::new();
    hash.update(request.header("sec-websocket-key").as_bytes());
    hash.update(GUID.as_bytes());
    let accept = cluster::base64::encode(&hash.finalize());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \
         {accept}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())
}

/// A message of the client.
pub(super) enum Message {
    /// A channel's number, and what came through it.
    Data(u8, Vec<u8>),
    Closed,
}

/// Reads one message; frames that are none end the conversation.
pub(super) fn read(reader: &mut BufReader<TcpStream>, stream: &mut TcpStream) -> std::io::Result<Message> {
    let mut whole: Vec<u8> = Vec::new();
    loop {
        let mut head = [0; 2];
        reader.read_exact(&mut head)?;
        let (last, code, masked) = (head[0] & 0x80 != 0, head[0] & 0x0f, head[1] & 0x80 != 0);
        let length = match head[1] & 0x7f {
            126 => {
                let mut bytes = [0; 2];
                reader.read_exact(&mut bytes)?;
                u64::from(u16::from_be_bytes(bytes))
            }
            127 => {
                let mut bytes = [0; 8];
                reader.read_exact(&mut bytes)?;
                u64::from_be_bytes(bytes)
            }
            short => u64::from(short),
        };
        if length > FRAME_MAX || whole.len() as u64 > FRAME_MAX || !masked {
            return Ok(Message::Closed);
        }
        let mut mask = [0; 4];
        reader.read_exact(&mut mask)?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        reader.read_exact(&mut bytes)?;
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte ^= mask[at % 4];
        }
        match code {
            8 => return Ok(Message::Closed),
            9 => frame(stream, 10, &bytes)?,
            10 => {}
            _ => {
                whole.extend(bytes);
                if last {
                    return Ok(match whole.split_first() {
                        Some((channel, rest)) => Message::Data(*channel, rest.to_vec()),
                        None => Message::Data(0, Vec::new()),
                    });
                }
            }
        }
    }
}

fn frame(stream: &mut TcpStream, code: u8, bytes: &[u8]) -> std::io::Result<()> {
    let mut all = vec![0x80 | code];
    match bytes.len() {
        short @ 0..126 => all.push(u8::try_from(short).unwrap_or(0)),
        middle @ 126..=0xffff => {
            all.push(126);
            all.extend(u16::try_from(middle).unwrap_or(0).to_be_bytes());
        }
        long => {
            all.push(127);
            all.extend((long as u64).to_be_bytes());
        }
    }
    all.extend_from_slice(bytes);
    stream.write_all(&all)
}

/// Sends through a channel.
pub(super) fn send(stream: &mut TcpStream, channel: u8, bytes: &[u8]) -> std::io::Result<()> {
    for part in bytes.chunks(32 << 10) {
        let mut all = vec![channel];
        all.extend_from_slice(part);
        frame(stream, 2, &all)?;
    }
    Ok(())
}

/// Ends the conversation.
pub(super) fn close(stream: &mut TcpStream) -> std::io::Result<()> {
    frame(stream, 8, &1_000_u16.to_be_bytes())
}

/// Whether a request wants a web socket.
pub(super) fn wanted(request: &Request) -> bool {
    request.header("upgrade").eq_ignore_ascii_case("websocket")
}

/// What a request for another kind of stream is told.
pub(super) fn only_these(stream: &mut TcpStream) -> std::io::Result<()> {
    let text = super::status::plain(400, "only web sockets are spoken here").to_json();
    http::send(stream, 400, "application/json", text.as_bytes(), "")
}
