/**
 * Reads the bytes of a provider's response as JSON values: those of server-sent events, or the one of a response that
 * is JSON although a stream was asked for. Whatever a server adds to a stream that is no value is ignored: comments,
 * unknown fields, events without data, text to keep the connection alive. All bytes of one socket read are parsed at
 * once: under load a read holds many tokens.
 */
import { createParser } from 'eventsource-parser';

export interface EventHandlers {
  /** The value of one event. */
  onValue(value: unknown): void;
  /** The value of a response that is not a stream. */
  onBody(value: unknown): void;
  /** What an event of the type `error` holds, or the fault of a value that cannot be parsed. */
  onError(error: unknown): void;
  /** The mark at the end of a stream, which is optional. */
  onEndMark(): void;
}

export interface EventReader {
  read(bytes: Uint8Array): void;
  /** To be called after the last bytes. */
  end(): void;
}

/** Characters of one event. A token has a few hundred, so anything longer is no reply. */
const longestEvent = 1024 * 1024;
/** Characters of a response in one piece, with the reasoning. */
const longestBody = 4 * 1024 * 1024;
const endMark = '[DONE]';

/** Whether a text that begins so is meant as a JSON object or array. */
const opensValue = (text: string): boolean => text.startsWith('{') || text.startsWith('[');

const createStreamReader = (handlers: EventHandlers) => {
  let isTooLong = false;
  let hasEnded = false;
  const parse = (text: string, take: (value: unknown) => void): void => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (fault) {
      // The last event of a response that ended early is incomplete, and no fault of its own.
      if (!hasEnded) handlers.onError(fault);
      return;
    }
    // Google's servers put an error into an array.
    if (Array.isArray(value)) value.forEach(take);
    else take(value);
  };
  const parser = createParser({
    maxBufferSize: longestEvent,
    onEvent({ data, event }) {
      // Without blanks around it in nearly every case, and then `trim` returns the same text.
      const text = data.trim();
      if (text === endMark) handlers.onEndMark();
      else if (opensValue(text)) parse(text, event === 'error' ? handlers.onError : handlers.onValue);
      else if (event === 'error' && text !== '') handlers.onError(text);
    },
    onError({ type, field, value = '', message }) {
      if (type === 'max-buffer-size-exceeded') {
        isTooLong = true;
        handlers.onError(new SyntaxError(message));
      }
      // llama.cpp names the field of an error so.
      if (field === 'error') {
        if (opensValue(value)) parse(value, handlers.onError);
        else handlers.onError(value);
      }
    },
  });
  return {
    read(text: string): void {
      if (!isTooLong) parser.feed(text);
    },
    // The last event may lack the empty line behind it.
    end(): void {
      hasEnded = true;
      if (!isTooLong) parser.feed('\n\n');
    },
  };
};

const createBodyReader = ({ onBody, onError }: EventHandlers) => {
  let body = '';
  return {
    read(text: string): void {
      if (body.length > longestBody) return;
      body += text;
      if (body.length > longestBody) onError(new SyntaxError(`The response has over ${longestBody} characters.`));
    },
    end(): void {
      if (body.length > longestBody) return;
      let value: unknown;
      try {
        value = JSON.parse(body);
      } catch (fault) {
        onError(fault);
        return;
      }
      onBody(Array.isArray(value) ? value[0] : value);
    },
  };
};

export const createEventReader = (handlers: EventHandlers): EventReader => {
  const decoder = new TextDecoder();
  let reader: ReturnType<typeof createStreamReader> | undefined;
  const read = (text: string): void => {
    if (reader === undefined) {
      // No line of a stream begins so.
      const opening = text.trimStart();
      if (opening === '') return;
      reader = opensValue(opening) ? createBodyReader(handlers) : createStreamReader(handlers);
    }
    reader.read(text);
  };
  return {
    read: (bytes) => read(decoder.decode(bytes, { stream: true })),
    end() {
      read(decoder.decode());
      reader?.end();
    },
  };
};
