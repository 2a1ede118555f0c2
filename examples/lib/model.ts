// A stand-in for a language model: a server on this machine that asks for two tools and then has an answer.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface Message {
  from: "user" | "model" | "tool";
  text: string;
}

/** Text for the user, or for a tool that the model wants to be used. */
export interface Reply {
  tool?: string;
  text: string;
}

function reply(messages: Message[]): Reply {
  const results = messages.filter(({ from }) => from === "tool").map(({ text }) => Number(text));
  const city = ["Oslo", "Bergen"][results.length];
  if (city !== undefined) return { tool: "population", text: city };
  return { text: `${results.reduce((sum, each) => sum + each)} people live there` };
}

/** Starts it; it says what it is asked. */
export async function standIn(): Promise<{ url: string; close: () => void }> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const messages = (await json(request)) as Message[];
    console.log(`the model is asked, with ${messages.length} message${messages.length === 1 ? "" : "s"}`);
    response.end(JSON.stringify(reply(messages)));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
