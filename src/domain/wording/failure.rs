//! Why something did not work, for the operator.
//!
//! Invariant: the words of somebody else, of the system, of Google or of our own code, stand in them as they are.

use super::declare::{Argument as _, Phrase};

texts! {
    /// Why a record was set aside.
    AsideNote<'a> -> Phrase<'a> {
        /// An update, or this part of it, is no JSON object.
        NoObject(field: &'a str) = "aside-no-object",
        /// An update lacks this field.
        Missing(field: &'a str) = "aside-missing",
        /// This field of an update is not what it should be.
        Unlike(field: &'a str) = "aside-unlike",
        /// There is no such record any more.
        Gone = "aside-gone",
        /// What was stored, or what follows from it, cannot be used.
        Unusable(words: &'a str) = "aside-unusable",
        /// Our own code is at fault.
        Fault(words: &'a str) = "aside-fault",
        /// The service has died of it three times.
        Deadly = "aside-deadly",
    }
}

texts! {
    /// Why a wish of the operator's is not fulfilled.
    FailureNote<'a> -> Phrase<'a> {
        /// The journal cannot be read as a whole, and why.
        Unread(why: &'a str) = "failed-unread",
        /// Why: that is in the log.
        SeeLog = "failed-see-log",
        /// The journal cannot store, in the words of the system.
        Store(words: &'a str) = "failed-store",
        /// There is no webhook, and no address for one.
        NoAddress = "failed-no-address",
        /// The service is stopping.
        Closed = "failed-closed",
        /// Too much is to be stored.
        Busy = "failed-busy",
        /// What is asked is none of what this version can do.
        UnknownCommand = "failed-unknown-command",
        /// The spreadsheets are at work.
        SheetsBusy = "failed-sheets-busy",
        /// Nobody is known by this code or number.
        Nobody(who: &'a str) = "failed-nobody",
        /// There is no record of this number.
        NoRecord(record: u64) = "failed-no-record",
        /// A record cannot be understood, and why.
        Undecodable {
            /// Its number.
            record: u64,
            /// Why.
            why: &'a str,
        } = "failed-undecodable",
        /// The rules panic over a record.
        Stumbles(record: u64) = "failed-stumbles",
    }
}
