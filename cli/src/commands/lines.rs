//! Request lines, answered on several threads and told in their order.

use std::io::{self, BufReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many lines a thread takes at once at most, and how much text.
const MOST_LINES: usize = 256;
/// See [`MOST_LINES`].
const MOST_BYTES: usize = 256 * 1024;

/// How many batches may wait before each thread, and behind it.
const WAITING: usize = 2;

/// Some lines of the input.
type Batch = Vec<String>;

/// Hands every line that is not blank to one of `threads` threads, and the answers to `tell` in the order of the lines, until it refuses one with `false`.
///
/// `worker` makes what a thread answers its lines with. Memory is that of a few batches for each thread.
///
/// # Errors
/// [`io::Error`] of reading.
pub fn answer_in_order<R, W, A>(
    input: &mut BufReader<R>,
    next_line: impl Fn(&mut BufReader<R>, &mut Vec<u8>) -> io::Result<bool>,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    tell: impl FnMut(A) -> bool + Send,
) -> io::Result<()>
where
    R: Read,
    W: FnMut(&str) -> A,
    A: Send,
{
    thread::scope(|scope| {
        let (lanes, answers): (Vec<SyncSender<Batch>>, Vec<Receiver<Vec<A>>>) = (0..threads.max(1))
            .map(|_| {
                let (lane, batches) = sync_channel::<Batch>(WAITING);
                let (answered, answers) = sync_channel(WAITING);
                let worker = &worker;
                scope.spawn(move || {
                    let mut answer = worker();
                    for batch in batches {
                        if answered.send(batch.iter().map(|line| answer(line)).collect()).is_err() {
                            return;
                        }
                    }
                });
                (lane, answers)
            })
            .unzip();
        scope.spawn(move || tell_in_turn(&answers, tell));
        // Batches go round, and so do their answers.
        for lane in lanes.iter().cycle() {
            let batch = read_batch(input, &next_line)?;
            if batch.is_empty() || lane.send(batch).is_err() {
                return Ok(());
            }
        }
        Ok(())
    })
}

/// Takes the answers in the order in which the batches were handed out. Those who answer notice when nobody takes any more.
fn tell_in_turn<A>(answers: &[Receiver<Vec<A>>], mut tell: impl FnMut(A) -> bool) {
    for lane in answers.iter().cycle() {
        let Ok(batch) = lane.recv() else { return };
        if !batch.into_iter().all(&mut tell) {
            return;
        }
    }
}

/// The next lines: at least one, where there is one, and as many as were already there to be read.
fn read_batch<R: Read>(
    input: &mut BufReader<R>,
    next_line: &impl Fn(&mut BufReader<R>, &mut Vec<u8>) -> io::Result<bool>,
) -> io::Result<Batch> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut line = Vec::new();
    while batch.len() < MOST_LINES && bytes < MOST_BYTES {
        if !batch.is_empty() && !input.buffer().contains(&b'\n') {
            break;
        }
        line.clear();
        if !next_line(input, &mut line)? {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if !text.is_empty() {
            bytes += text.len();
            batch.push(text.to_owned());
        }
    }
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use std::io::BufRead;

    use super::*;

    fn next_line(input: &mut BufReader<&[u8]>, line: &mut Vec<u8>) -> io::Result<bool> {
        Ok(input.read_until(b'\n', line)? > 0)
    }

    fn answered(text: &str, threads: usize, most: usize) -> Vec<String> {
        let mut told = Vec::new();
        let mut input = BufReader::with_capacity(16, text.as_bytes());
        let worker = || |line: &str| line.to_uppercase();
        answer_in_order(&mut input, next_line, threads, worker, |answer| {
            told.push(answer);
            told.len() < most
        })
        .unwrap();
        told
    }

    #[test]
    fn answers_come_in_the_order_of_the_lines() {
        let lines: Vec<String> = (0..3_000).map(|number| format!("line {number}")).collect();
        let text = lines.join("\n\n");
        let want: Vec<String> = lines.iter().map(|line| line.to_uppercase()).collect();
        for threads in [1, 2, 7] {
            assert_eq!(answered(&text, threads, usize::MAX), want, "{threads} threads");
        }
    }

    #[test]
    fn it_ends_when_nobody_listens_and_when_there_is_nothing() {
        let text = "x\n".repeat(100_000);
        assert_eq!(answered(&text, 3, 5).len(), 5);
        assert!(answered("", 2, 1).is_empty() && answered("\n \n", 2, 1).is_empty());
    }
}
