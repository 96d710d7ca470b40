import type { OrderStatus } from '@ordercast/contract/order.ts';
import {
  conflict,
  forbidden,
  notFound,
  preconditionRequired,
  staleVersion,
  unprocessable,
} from '../http/problem.ts';
import type { HttpProblem } from '../http/problem.ts';
import type { MoveDecision, PlaceDecision } from './order.ts';

/** Why a new order is refused, as HTTP tells it. */
export function placeProblem(decision: Exclude<PlaceDecision, { kind: 'placed' }>): HttpProblem {
  const errors = (message: string) =>
    decision.lines.map((line) => ({ path: `lines.${line}.productId`, message }));
  switch (decision.kind) {
    case 'unknown-products':
      return unprocessable(
        'unknown-product',
        'The order names products that the catalogue does not hold.',
        errors('Unknown product'),
      );
    case 'mixed-currencies':
      return unprocessable(
        'mixed-currencies',
        'The products of one order must have one currency.',
        errors('Has another currency than the first line'),
      );
  }
}

/** Why a move is refused, as HTTP tells it. */
export function moveProblem(
  decision: Exclude<MoveDecision, { kind: 'moved' }>,
  to: OrderStatus,
): HttpProblem {
  switch (decision.kind) {
    case 'not-found':
      return orderNotFound();
    case 'precondition-required':
      return preconditionRequired('order');
    case 'stale':
      return staleVersion(
        `The order has changed since: it is now version ${decision.version}. Read it again.`,
      );
    case 'forbidden':
      return forbidden(`Your role may not move an order to ${to}.`);
    case 'impossible':
      return conflict(
        'impossible-transition',
        `An order that is ${decision.from} cannot become ${to}.`,
      );
  }
}

/** 404; also for an order that the caller may not see. */
export function orderNotFound(): HttpProblem {
  return notFound('There is no such order.');
}
